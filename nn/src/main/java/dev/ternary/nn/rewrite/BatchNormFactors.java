package dev.ternary.nn.rewrite;

import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Optional;

/** A batch norm as one factor and summand for each feature, in float64. */
public final class BatchNormFactors {

  private final double[] scale;
  private final double[] shift;

  private BatchNormFactors(double[] scale, double[] shift) {
    this.scale = scale;
    this.shift = shift;
  }

  /** The factors {@code gamma / sqrt(variance + eps)} and what is added behind them. */
  public static BatchNormFactors of(Operation.BatchNorm norm) {
    int count = Math.toIntExact(norm.gamma().shape().elements());
    double[] scale = new double[count];
    double[] shift = new double[count];
    for (int i = 0; i < count; i++) {
      scale[i] =
          norm.gamma().getFloat(i) / Math.sqrt((double) norm.variance().getFloat(i) + norm.eps());
      shift[i] = norm.beta().getFloat(i) - scale[i] * norm.mean().getFloat(i);
    }
    return new BatchNormFactors(scale, shift);
  }

  int features() {
    return scale.length;
  }

  double scale(int feature) {
    return scale[feature];
  }

  double shift(int feature) {
    return shift[feature];
  }

  /** Whether all features have the same factor and summand. */
  boolean isUniform() {
    for (int i = 1; i < scale.length; i++) {
      if (scale[i] != scale[0] || shift[i] != shift[0]) {
        return false;
      }
    }
    return scale.length > 0;
  }

  /** The factors as float32. */
  public float[] floatScale() {
    return floats(scale);
  }

  /** The summands as float32. */
  public float[] floatShift() {
    return floats(shift);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Whether the bias can be that of a ternary layer. */
  boolean hasFiniteBias(Optional<Tensor> before) {
    Tensor bias = bias(before).orElseThrow();
    for (int i = 0; i < scale.length; i++) {
      if (!Float.isFinite(bias.getFloat(i))) {
        return false;
      }
    }
    return true;
  }

  Optional<Tensor> bias(Optional<Tensor> before) {
    float[] bias = new float[scale.length];
    for (int i = 0; i < bias.length; i++) {
      double b = before.isPresent() ? before.get().getFloat(i) : 0;
      bias[i] = (float) (scale[i] * b + shift[i]);
    }
    return Optional.of(Tensor.of(Shape.of(bias.length), bias));
  }
}
