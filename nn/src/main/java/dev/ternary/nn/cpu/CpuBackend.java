package dev.ternary.nn.cpu;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.nn.backend.Backend;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import dev.ternary.nn.graph.Windows;
import dev.ternary.nn.rewrite.BatchNormFactors;
import dev.ternary.nn.rewrite.FoldBatchNorm;
import dev.ternary.nn.rewrite.FuseRelu;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
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
    OrderPlan plan = OrderPlan.of(running, ResidualSums.in(running));
    Map<String, Shape> least = running.least();
    Map<String, Shape> most = running.most();
    Map<String, String> values = new HashMap<>();
    running.inputs().forEach(input -> values.put(input.name(), input.name()));
    List<Step> steps = new ArrayList<>();
    try {
      for (OrderPlan.Placed placed : plan.steps()) {
        values.put(placed.task().name(), placed.value());
        List<String> in =
            placed.task().inputs().stream()
                .map(name -> Objects.requireNonNull(values.get(name)))
                .toList();
        steps.add(step(placed, shapes(in, least), shapes(in, most)));
      }
    } catch (RuntimeException e) {
      steps.forEach(step -> step.operator().ifPresent(Operator::close));
      throw e;
    }
    List<String> inputs = graph.inputs().stream().map(Input::name).toList();
    return new CpuGraph(graph, new Program(inputs, steps, plan.outputs()));
  }

  private static List<Shape> shapes(List<String> values, Map<String, Shape> shapes) {
    return values.stream().map(name -> Objects.requireNonNull(shapes.get(name))).toList();
  }

  private Step step(OrderPlan.Placed placed, List<Shape> least, List<Shape> most) {
    try {
      Operation operation = placed.task().operation();
      if (operation instanceof Operation.Conv2d && !most.equals(least)) {
        throw new IllegalArgumentException(
            "a convolution runs on images of one size: make height and width fixed, found up to "
                + most.getFirst());
      }
      return new Step(placed, operator(placed, most), constant(operation));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(placed.task().title() + ": " + e.getMessage(), e);
    }
  }

  /** A copy, since the graph's memory may go. */
  private static Optional<float[]> constant(Operation operation) {
    return operation instanceof Operation.Constant(var value)
        ? Optional.of(value.toFloatArray())
        : Optional.empty();
  }

  /** Empty where the output is the input, seen as another shape, or needs no run. */
  private Optional<Operator> operator(OrderPlan.Placed placed, List<Shape> in) {
    return switch (placed.task().operation()) {
      case Operation.Flatten _, Operation.Reshape _, Operation.Constant _ -> Optional.empty();
      case Operation.Linear o -> Optional.of(linear(o));
      case Operation.Conv2d o -> Optional.of(conv(o, in.getFirst()));
      case Operation.Embedding o -> Optional.of(new Lookup(o.values()));
      case Operation.BatchNorm o -> {
        var factors = BatchNormFactors.of(o);
        boolean last = placed.order() == Order.CHANNELS_LAST;
        yield Optional.of(new Affine(factors.floatScale(), factors.floatShift(), last));
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
      case Operation.Add _ -> Optional.of(new Elementwise(PairFunction.ADD));
      case Operation.Multiply _ -> Optional.of(new Elementwise(PairFunction.MULTIPLY));
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
          new Convolution(
              PreparedConv2d.prepare(kernel, values.matrix(), epilogue(o), shape), activations);
      case Weights.Dense _, Weights.Int8 _ ->
          new Convolution(
              PreparedConv2d.prepareDense(
                  kernel, o.values().toDense().toFloatArray(), epilogue(o), shape),
              Activations.FLOAT32);
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
