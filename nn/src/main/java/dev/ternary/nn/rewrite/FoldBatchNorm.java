package dev.ternary.nn.rewrite;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Operation.PostOp;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
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
public final class FoldBatchNorm {

  private FoldBatchNorm() {}

  /** The same network with each batch norm that can be folded made part of the layer before it. */
  public static Graph in(Graph graph) {
    Map<String, Shape> shapes = graph.most();
    var editor = new Editor(graph);
    for (int i = 0; i < editor.size(); i++) {
      Optional<Integer> before = editor.onlyInput(i);
      Optional<Operation> both =
          before.isPresent() ? fold(editor, shapes, before.get(), i) : Optional.empty();
      if (both.isPresent()) {
        editor.merge(before.orElseThrow(), i, both.get());
      }
    }
    return editor.graph();
  }

  private static Optional<Operation> fold(
      Editor editor, Map<String, Shape> shapes, int index, int normIndex) {
    Operation layer = editor.node(index).operation();
    if (!(editor.node(normIndex).operation() instanceof Operation.BatchNorm norm)
        || !(layer instanceof Operation.Product product)
        || product.post() != PostOp.NONE) {
      return Optional.empty();
    }
    boolean features =
        switch (product) {
          case Operation.Conv2d _ -> true;
          // On the last of several dimensions it has other features than the norm behind it.
          case Operation.Linear _ ->
              Objects.requireNonNull(shapes.get(editor.node(index).name())).rank() == 1;
        };
    if (!features) {
      return Optional.empty();
    }
    var factors = BatchNormFactors.of(norm);
    return fold(product.values(), product.bias(), factors)
        .map(weights -> product.with(weights, factors.bias(product.bias()), PostOp.NONE));
  }

  private static Optional<Weights> fold(
      Weights weights, Optional<Tensor> bias, BatchNormFactors norm) {
    return switch (weights) {
      case Weights.Dense(var values) -> Optional.of(new Weights.Dense(fold(values, norm)));
      case Weights.Ternary(var values, var activations) ->
          fold(values.matrix(), norm)
              .filter(_ -> norm.hasFiniteBias(bias))
              .map(scales -> new Weights.Ternary(values.withScales(scales), activations));
      case Weights.Int8(var values, var scales) ->
          Optional.of(new Weights.Int8(values, fold(scales, norm)));
    };
  }

  private static Tensor fold(Tensor weights, BatchNormFactors norm) {
    float[] w = weights.toFloatArray();
    int cols = norm.features() == 0 ? 0 : w.length / norm.features();
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) (w[i] * norm.scale(i / cols));
    }
    return Tensor.of(weights.shape(), w);
  }

  /** Empty where a scale would overflow. */
  private static Optional<Scales> fold(TernaryMatrix w, BatchNormFactors norm) {
    Scales before = w.scales();
    Granularity granularity =
        before.granularity() instanceof Granularity.PerTensor
            ? Granularity.row()
            : before.granularity();
    int perRow = granularity.groupsPerRow(w.cols());
    float[] scales = new float[Math.toIntExact(granularity.count(w.rows(), w.cols()))];
    for (int i = 0; i < scales.length; i++) {
      float old = before.value(before.count() == 1 ? 0 : i);
      scales[i] = (float) (old * norm.scale(i / perRow));
      if (!Float.isFinite(scales[i])) {
        return Optional.empty();
      }
    }
    return Optional.of(Scales.of(granularity, scales));
  }
}
