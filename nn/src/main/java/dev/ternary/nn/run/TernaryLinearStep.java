package dev.ternary.nn.run;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;

/** A product with ternary weights. */
public final class TernaryLinearStep implements Step {

  private final TernaryKernel kernel;
  private final PreparedMatrix weights;
  private final Activations activations;
  private final int tokens;

  /**
   * Prepares the weights.
   *
   * @param epilogue what each output ends with
   * @param tokens rows of one sample
   * @param activations the form in which they enter the product
   */
  public TernaryLinearStep(
      TernaryKernel kernel,
      TernaryMatrix weights,
      Epilogue epilogue,
      int tokens,
      Activations activations) {
    this.kernel = kernel;
    this.weights = kernel.prepare(weights, epilogue);
    this.activations = activations;
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
    return switch (activations) {
      case FLOAT32 -> () -> weights.matMul(in, out, workspace);
      case INT8 -> {
        Int8Matrix q = memory.int8(rows, weights.cols());
        memory.release(q);
        yield () -> {
          kernel.quantize(in, q);
          weights.matMul(q, out, workspace);
        };
      }
    };
  }

  @Override
  public void close() {
    weights.close();
  }
}
