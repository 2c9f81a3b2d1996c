package dev.ternary.nn.run;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;

/** A product with ternary weights. */
public final class TernaryLinearStep implements Step {

  private final TernaryKernel kernel;
  private final PreparedMatrix weights;
  private final float[] bias;
  private final boolean int8;
  private final int tokens;

  /**
   * Prepares the weights.
   *
   * @param bias one value an output, or none
   * @param tokens rows of one sample
   * @param int8 whether activations are quantized
   */
  public TernaryLinearStep(
      TernaryKernel kernel, TernaryMatrix weights, float[] bias, int tokens, boolean int8) {
    this.kernel = kernel;
    this.weights = kernel.prepare(weights);
    this.bias = bias;
    this.int8 = int8;
    this.tokens = tokens;
  }

  @Override
  public int inSize() {
    return Math.multiplyExact(tokens, weights.cols());
  }

  @Override
  public int outSize() {
    return Math.multiplyExact(tokens, weights.rows());
  }

  @Override
  public long work() {
    return (long) inSize() * weights.rows();
  }

  @Override
  public Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y) {
    int rows = Math.multiplyExact(x.rows(), tokens);
    var in = new FloatMatrix(rows, weights.cols(), x.values());
    var out = new FloatMatrix(rows, weights.rows(), y.values());
    Workspace workspace = memory.workspace();
    float[] row = new float[bias.length];
    if (!int8) {
      return () -> {
        weights.matMul(in, out, workspace);
        addBias(out.values(), rows, row);
      };
    }
    Int8Matrix q = memory.int8(rows, weights.cols());
    memory.release(q);
    return () -> {
      kernel.quantize(in, q);
      weights.matMul(q, out, workspace);
      addBias(out.values(), rows, row);
    };
  }

  private void addBias(MemorySegment y, int rows, float[] row) {
    if (bias.length == 0) {
      return;
    }
    for (int r = 0; r < rows; r++) {
      long at = (long) r * row.length;
      Staged.load(y, at, row, row.length);
      for (int i = 0; i < row.length; i++) {
        row[i] += bias[i];
      }
      Staged.store(row, y, at, row.length);
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
