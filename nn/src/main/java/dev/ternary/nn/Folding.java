package dev.ternary.nn;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts a batch norm into the linear layer or convolution before it: with {@code s = gamma /
 * sqrt(variance + eps)} the layer's row {@code o} becomes {@code s[o] W[o]} and its bias {@code s b
 * + (beta - s mean)}. For ternary weights {@code s} goes into the scale of the row, which may
 * become negative; the trits stay. Where scale or bias of a ternary layer would not be finite, both
 * layers stay.
 *
 * <p>{@code s}, scale and bias are computed in float64 and rounded once. So a folded layer differs
 * from the two it replaces by a few roundings: at most {@code 8 * 2^-24 * (|s y| + |s mean| +
 * |beta|)} beyond the bound of the product, where {@code y} is the output of the first.
 */
final class Folding {

  private Folding() {}

  /** What each of the layers becomes for input of shape {@code in}; empty where it is folded. */
  static List<Optional<Layer>> fold(List<Layer> layers, Shape in) {
    List<Optional<Layer>> folded = new ArrayList<>();
    Shape shape = in;
    int last = -1;
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      if (layer instanceof Layer.BatchNorm norm && last >= 0) {
        Optional<Layer> both = fold(folded.get(last).orElseThrow(), Norm.of(norm));
        if (both.isPresent()) {
          folded.set(last, both);
          folded.add(Optional.empty());
          continue;
        }
      }
      folded.add(Optional.of(layer));
      shape = layer.outputShape(shape);
      // A layer on the last of several dimensions has other features than the norm behind it.
      last = shape.rank() == 1 || isConvolution(layer) ? i : -1;
    }
    return folded;
  }

  private static boolean isConvolution(Layer layer) {
    return layer instanceof Layer.Conv2d || layer instanceof Layer.TernaryConv2d;
  }

  /** A batch norm as factor and summand. */
  static final class Norm {
    private final double[] scale;
    private final double[] shift;

    private Norm(double[] scale, double[] shift) {
      this.scale = scale;
      this.shift = shift;
    }

    static Norm of(Layer.BatchNorm norm) {
      int count = Math.toIntExact(norm.gamma().shape().elements());
      double[] scale = new double[count];
      double[] shift = new double[count];
      for (int i = 0; i < count; i++) {
        scale[i] =
            norm.gamma().getFloat(i) / Math.sqrt((double) norm.variance().getFloat(i) + norm.eps());
        shift[i] = norm.beta().getFloat(i) - scale[i] * norm.mean().getFloat(i);
      }
      return new Norm(scale, shift);
    }

    float[] floatScale() {
      return floats(scale);
    }

    float[] floatShift() {
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

  private static Optional<Layer> fold(Layer layer, Norm norm) {
    return switch (layer) {
      case Layer.Linear l ->
          Optional.of(new Layer.Linear(fold(l.weights(), norm), norm.bias(l.bias())));
      case Layer.Conv2d l ->
          Optional.of(new Layer.Conv2d(fold(l.weights(), norm), norm.bias(l.bias()), l.geometry()));
      case Layer.TernaryLinear l ->
          fold(l.weights(), norm)
              .filter(_ -> norm.hasFiniteBias(l.bias()))
              .map(w -> new Layer.TernaryLinear(w, norm.bias(l.bias()), l.activations()));
      case Layer.TernaryConv2d l ->
          fold(l.weights().matrix(), norm)
              .filter(_ -> norm.hasFiniteBias(l.bias()))
              .map(w ->
                  new Layer.TernaryConv2d(
                      new TernaryTensor(l.weights().shape(), w),
                      norm.bias(l.bias()),
                      l.geometry(),
                      l.activations()));
      case Layer.BatchNorm _,
          Layer.LayerNorm _,
          Layer.RmsNorm _,
          Layer.Relu _,
          Layer.Gelu _,
          Layer.Silu _,
          Layer.MaxPool2d _,
          Layer.AvgPool2d _,
          Layer.GlobalAvgPool2d _,
          Layer.Flatten _,
          Layer.Softmax _,
          Layer.SubsamplePad _,
          Layer.Residual _ ->
          Optional.empty();
    };
  }

  private static Tensor fold(Tensor weights, Norm norm) {
    float[] w = weights.toFloatArray();
    int cols = norm.scale.length == 0 ? 0 : w.length / norm.scale.length;
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) (w[i] * norm.scale[i / cols]);
    }
    return Tensor.of(weights.shape(), w);
  }

  /** Empty where a scale would overflow. */
  private static Optional<TernaryMatrix> fold(TernaryMatrix w, Norm norm) {
    Scales before = w.scales();
    Granularity granularity =
        before.granularity() instanceof Granularity.PerTensor
            ? Granularity.row()
            : before.granularity();
    int perRow = granularity.groupsPerRow(w.cols());
    float[] scales = new float[Math.toIntExact(granularity.count(w.rows(), w.cols()))];
    for (int i = 0; i < scales.length; i++) {
      float old = before.value(before.count() == 1 ? 0 : i);
      scales[i] = (float) (old * norm.scale[i / perRow]);
      if (!Float.isFinite(scales[i])) {
        return Optional.empty();
      }
    }
    return Optional.of(w.withScales(Scales.of(granularity, scales)));
  }
}
