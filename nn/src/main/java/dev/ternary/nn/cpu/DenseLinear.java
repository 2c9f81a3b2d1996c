package dev.ternary.nn.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A product of rows of the last dimension with float32 weights. */
final class DenseLinear implements Operator {

  /** With fewer outputs than this, a row of outputs is too short for vector code. */
  private static final int FEW = 16;

  private final int in;
  private final int out;
  private final float[] bias;
  private final boolean relu;

  /** {@code [out][in]} with few outputs, otherwise turned around. */
  private final float[][] rows;

  /**
   * Copies the weights.
   *
   * @param weights {@code [out, in]}
   * @param bias one value an output, or none
   * @param relu whether a ReLU follows
   */
  DenseLinear(int out, int in, float[] weights, float[] bias, boolean relu) {
    this.in = in;
    this.out = out;
    this.relu = relu;
    this.bias = bias.length == 0 ? new float[out] : bias.clone();
    boolean few = out < FEW;
    rows = few ? new float[out][in] : new float[in][out];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        rows[few ? o : i][few ? i : o] = weights[o * in + i];
      }
    }
  }

  @Override
  public long work(List<Shape> operands, Shape result) {
    return operands.getFirst().elements() * out;
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> operands, Operand y) {
    int count = operands.getFirst().rows().rows();
    MemorySegment from = operands.getFirst().values();
    MemorySegment to = y.values();
    float[] token = new float[in];
    float[] result = new float[out];
    return () -> {
      for (int t = 0; t < count; t++) {
        MemorySegment.copy(from, JAVA_FLOAT_UNALIGNED, 4L * t * in, token, 0, in);
        product(token, result);
        MemorySegment.copy(result, 0, to, JAVA_FLOAT_UNALIGNED, 4L * t * out, out);
      }
    };
  }

  private void product(float[] token, float[] result) {
    if (out < FEW) {
      for (int o = 0; o < out; o++) {
        result[o] = FloatRows.dot(token, rows[o]) + bias[o];
      }
    } else {
      System.arraycopy(bias, 0, result, 0, out);
      FloatRows.addProducts(token, rows, result, out);
    }
    if (relu) {
      FloatRows.relu(result, out);
    }
  }
}
