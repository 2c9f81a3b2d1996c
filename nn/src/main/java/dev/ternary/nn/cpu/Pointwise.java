package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
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
  public boolean inPlace(int index) {
    return true;
  }

  @Override
  public boolean writesMaxima() {
    return true;
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    Blocks.Body body =
        switch (function) {
          case RELU -> (_, x, _, count) -> FloatRows.relu(x, count);
          case GELU_ERF -> (_, x, _, count) -> geluErf(x, count);
          case GELU_TANH -> (_, x, _, count) -> geluTanh(x, count);
          case SILU -> (_, x, _, count) -> Exponential.silu(x, count);
          case SIGMOID -> (_, x, _, count) -> Exponential.sigmoid(x, count);
          case TANH -> (_, x, _, count) -> tanh(x, count);
        };
    return Blocks.of(memory, in.getFirst(), out, 1, body);
  }

  private static void geluErf(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[i];
      x[i] = (float) (0.5 * v * erfc(-v * SQRT_HALF));
    }
  }

  private static void geluTanh(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[i];
      double inner = SQRT_2_BY_PI * (v + 0.044715 * v * v * v);
      x[i] = (float) (0.5 * v * (1 + Math.tanh(inner)));
    }
  }

  private static void tanh(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (float) Math.tanh(x[i]);
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
