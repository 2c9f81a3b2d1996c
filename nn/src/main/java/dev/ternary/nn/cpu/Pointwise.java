package dev.ternary.nn.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A function of each element by itself.
 *
 * @param function which
 */
record Pointwise(Function function) implements Operator {

  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double SQRT_2_BY_PI = Math.sqrt(2 / Math.PI);

  /** The functions. */
  enum Function {
    /** {@code max(x, 0)}. */
    RELU,
    /** GELU by the error function. */
    GELU_ERF,
    /** GELU by tanh. */
    GELU_TANH,
    /** {@code x / (1 + exp(-x))}. */
    SILU,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    /** The hyperbolic tangent. */
    TANH
  }

  @Override
  public boolean inPlace() {
    return true;
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    MemorySegment from = in.getFirst().values();
    MemorySegment to = out.values();
    int count = Math.toIntExact(from.byteSize() / 4);
    return switch (function) {
      case RELU -> {
        float[] block = new float[Staged.size(count)];
        yield () -> relu(from, to, count, block);
      }
      case GELU_ERF -> () -> geluErf(from, to, count);
      case GELU_TANH -> () -> geluTanh(from, to, count);
      case SILU -> () -> silu(from, to, count);
      case SIGMOID -> () -> sigmoid(from, to, count);
      case TANH -> () -> tanh(from, to, count);
    };
  }

  private static void relu(MemorySegment x, MemorySegment y, int count, float[] block) {
    for (int at = 0; at < count; at += block.length) {
      int n = Math.min(block.length, count - at);
      Staged.load(x, at, block, n);
      for (int i = 0; i < n; i++) {
        block[i] = Math.max(block[i], 0);
      }
      Staged.store(block, y, at, n);
    }
  }

  private static void geluErf(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i++) {
      double v = x.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
      y.setAtIndex(JAVA_FLOAT_UNALIGNED, i, (float) (0.5 * v * erfc(-v * SQRT_HALF)));
    }
  }

  private static void geluTanh(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i++) {
      double v = x.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
      double inner = SQRT_2_BY_PI * (v + 0.044715 * v * v * v);
      y.setAtIndex(JAVA_FLOAT_UNALIGNED, i, (float) (0.5 * v * (1 + Math.tanh(inner))));
    }
  }

  private static void silu(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i++) {
      double v = x.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
      y.setAtIndex(JAVA_FLOAT_UNALIGNED, i, (float) (v / (1 + Math.exp(-v))));
    }
  }

  private static void sigmoid(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i++) {
      double v = x.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
      y.setAtIndex(JAVA_FLOAT_UNALIGNED, i, (float) (1 / (1 + Math.exp(-v))));
    }
  }

  private static void tanh(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i++) {
      y.setAtIndex(
          JAVA_FLOAT_UNALIGNED, i, (float) Math.tanh(x.getAtIndex(JAVA_FLOAT_UNALIGNED, i)));
    }
  }

  /**
   * The complementary error function with a relative error below 1.2e-7 everywhere: Press et al.,
   * Numerical Recipes in C, 2nd edition, section 6.2, {@code erfcc}.
   */
  static double erfc(double x) {
    double z = Math.abs(x);
    double t = 1 / (1 + 0.5 * z);
    double p = 0.17087277;
    p = -0.82215223 + t * p;
    p = 1.48851587 + t * p;
    p = -1.13520398 + t * p;
    p = 0.27886807 + t * p;
    p = -0.18628806 + t * p;
    p = 0.09678418 + t * p;
    p = 0.37409196 + t * p;
    p = 1.00002368 + t * p;
    p = -1.26551223 + t * p;
    double value = t * Math.exp(-z * z + p);
    return x >= 0 ? value : 2 - value;
  }
}
