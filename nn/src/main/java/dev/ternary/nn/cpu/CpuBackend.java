package dev.ternary.nn.cpu;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.nn.backend.Backend;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import dev.ternary.nn.graph.Windows;
import dev.ternary.nn.rewrite.BatchNormFactors;
import dev.ternary.nn.rewrite.FoldBatchNorm;
import dev.ternary.nn.rewrite.FuseRelu;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Runs graphs on the processor: ternary products by a {@link TernaryKernel}, all else in Java.
 * Batch norms are folded and ReLUs fused first.
 *
 * @param kernel computes the ternary products
 */
public record CpuBackend(TernaryKernel kernel) implements Backend {

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public PreparedGraph prepare(Graph graph) {
    Graph running = FuseRelu.in(FoldBatchNorm.in(graph));
    Map<String, Shape> least = running.least();
    Map<String, Shape> most = running.most();
    List<Step> steps = new ArrayList<>();
    try {
      for (Node node : running.nodes()) {
        steps.add(new Step(node, prepare(node, least, most), constant(node.operation())));
      }
    } catch (RuntimeException e) {
      steps.forEach(step -> step.operator().ifPresent(Operator::close));
      throw e;
    }
    return new CpuGraph(running, steps);
  }

  private Optional<Operator> prepare(Node node, Map<String, Shape> least, Map<String, Shape> most) {
    try {
      List<Shape> in =
          node.inputs().stream().map(name -> Objects.requireNonNull(most.get(name))).toList();
      if (node.operation() instanceof Operation.Conv2d
          && !in.equals(node.inputs().stream().map(least::get).toList())) {
        throw new IllegalArgumentException(
            "a convolution runs on images of one size: make height and width fixed, found up to "
                + in.getFirst());
      }
      return operator(node.operation(), in);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(node.title() + ": " + e.getMessage(), e);
    }
  }

  /** A copy, since the graph's memory may go. */
  private static Optional<float[]> constant(Operation operation) {
    return operation instanceof Operation.Constant(var value)
        ? Optional.of(value.toFloatArray())
        : Optional.empty();
  }

  /** Empty where the output is the input, seen as another shape, or needs no run. */
  private Optional<Operator> operator(Operation operation, List<Shape> in) {
    return switch (operation) {
      case Operation.Flatten _, Operation.Reshape _, Operation.Constant _ -> Optional.empty();
      case Operation.Linear o -> Optional.of(linear(o));
      case Operation.Conv2d o -> Optional.of(conv(o, in.getFirst()));
      case Operation.Embedding o -> Optional.of(new Lookup(o.values()));
      case Operation.BatchNorm o -> {
        var factors = BatchNormFactors.of(o);
        yield Optional.of(new Affine(factors.floatScale(), factors.floatShift()));
      }
      case Operation.LayerNorm o ->
          Optional.of(
              RowNorm.layerNorm(o.gamma().toFloatArray(), o.beta().toFloatArray(), o.eps()));
      case Operation.RmsNorm o -> Optional.of(RowNorm.rmsNorm(o.gamma().toFloatArray(), o.eps()));
      case Operation.Softmax _ -> Optional.of(RowNorm.softmax());
      case Operation.Relu _ -> Optional.of(new Pointwise(Pointwise.Function.RELU));
      case Operation.Clip(var low, var high) -> Optional.of(new Clipping(low, high));
      case Operation.Gelu o -> Optional.of(new Pointwise(function(o.form())));
      case Operation.Silu _ -> Optional.of(new Pointwise(Pointwise.Function.SILU));
      case Operation.Sigmoid _ -> Optional.of(new Pointwise(Pointwise.Function.SIGMOID));
      case Operation.Tanh _ -> Optional.of(new Pointwise(Pointwise.Function.TANH));
      case Operation.MaxPool2d(var geometry) -> Optional.of(new Pool(geometry, true));
      case Operation.AvgPool2d(var geometry) -> Optional.of(new Pool(geometry, false));
      case Operation.GlobalAvgPool2d _ -> Optional.of(new GlobalMean());
      case Operation.Reduce o -> Optional.of(new Runs.Reduction(o));
      case Operation.Transpose(var order) -> Optional.of(new Transposition(order));
      case Operation.Slice o -> Optional.of(new Runs.Slice(o));
      case Operation.Concat(var axis) -> Optional.of(new Runs.Concat(axis));
      case Operation.SubsamplePad o -> Optional.of(new Subsample(o.stride()));
      case Operation.Add _ -> Optional.of(new Elementwise(Elementwise.Function.ADD));
      case Operation.Multiply _ -> Optional.of(new Elementwise(Elementwise.Function.MULTIPLY));
      case Operation.MatMul(var transposed) -> Optional.of(new ActivationProduct(transposed));
      case Operation.Attention o -> Optional.of(new MultiHeadAttention(o));
      case Operation.Rope o -> Optional.of(new Rotation(o));
    };
  }

  private Operator linear(Operation.Linear o) {
    return switch (o.values()) {
      case Weights.Ternary(var values, var activations) ->
          new TernaryProduct(kernel, values.matrix(), epilogue(o), activations);
      case Weights.Dense _, Weights.Int8 _ -> {
        Tensor weights = o.values().toDense();
        yield new DenseLinear(
            Math.toIntExact(weights.shape().dim(0)),
            Math.toIntExact(weights.shape().dim(1)),
            weights.toFloatArray(),
            floats(o.bias()),
            relu(o));
      }
    };
  }

  private Operator conv(Operation.Conv2d o, Shape in) {
    ConvShape shape = Windows.conv(o.values().shape(), o.geometry(), in);
    return switch (o.values()) {
      case Weights.Ternary(var values, var activations) ->
          new TernaryConv(
              PreparedConv2d.prepare(kernel, values.matrix(), epilogue(o), shape), activations);
      case Weights.Dense _, Weights.Int8 _ ->
          new DenseConv(shape, o.values().toDense().toFloatArray(), floats(o.bias()), relu(o));
    };
  }

  private static Pointwise.Function function(Operation.Gelu.Form form) {
    return switch (form) {
      case ERF -> Pointwise.Function.GELU_ERF;
      case TANH -> Pointwise.Function.GELU_TANH;
    };
  }

  private static boolean relu(Operation.Product product) {
    return switch (product.post()) {
      case NONE -> false;
      case RELU -> true;
    };
  }

  private static Epilogue epilogue(Operation.Product product) {
    Epilogue epilogue = Epilogue.bias(floats(product.bias()));
    return relu(product) ? epilogue.withRelu() : epilogue;
  }

  private static float[] floats(Optional<Tensor> tensor) {
    return tensor.map(Tensor::toFloatArray).orElseGet(() -> new float[0]);
  }
}
