package dev.ternary.nn.cpu;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import java.util.List;

/** A product of rows of the last dimension with ternary weights. */
final class TernaryProduct implements Operator {

  private final TernaryKernel kernel;
  private final PreparedMatrix weights;
  private final Activations activations;

  /**
   * Prepares the weights.
   *
   * @param epilogue what each output ends with
   * @param activations the form in which they enter the product
   */
  TernaryProduct(
      TernaryKernel kernel, TernaryMatrix weights, Epilogue epilogue, Activations activations) {
    this.kernel = kernel;
    this.weights = kernel.prepare(weights, epilogue);
    this.activations = activations;
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return in.getFirst().elements() * weights.rows();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> operands, Operand y) {
    FloatMatrix in = operands.getFirst().rows();
    FloatMatrix out = y.rows();
    Workspace workspace = memory.workspace();
    return switch (activations) {
      case FLOAT32 -> () -> weights.matMul(in, out, workspace);
      case INT8 -> {
        Int8Matrix q = memory.int8(in.rows(), in.cols());
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
