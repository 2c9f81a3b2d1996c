package dev.ternary.pytorch.convert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.pytorch.layers.NnBlock;
import dev.ternary.pytorch.layers.ResidualBlock;
import dev.ternary.pytorch.layers.TernaryBlock;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.layers.TernaryScope;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** One pass over the blocks; each method gives the name of the value that its block makes. */
record ExportWalk(
    Function<TernaryOptions, Activations> form, Graph.Builder graph, Optional<TernaryScope> scope) {

  private static final String KNOWN =
      "SequentialBlock, Linear, Conv2d, BatchNorm, Dropout, ReLU, ReLU6, GELU, SiLU, sigmoid, tanh,"
          + " softmax, flatten and two-dimensional pools of DJL, TernaryLinear, TernaryConv2d,"
          + " NnBlock, ResidualBlock and TernaryScope";

  String add(String path, Block block, String from) {
    return switch (block) {
      case SequentialBlock sequence when !sequence.isReturnIntermediate() -> {
        String last = from;
        int number = 0;
        for (var child : sequence.getChildren()) {
          last = add(join(path, number++), child.getValue(), last);
        }
        yield last;
      }
      case TernaryLinear linear -> ternary(path, linear, from, linear.options());
      case TernaryConv2d conv -> ternary(path, conv, from, conv.options());
      case TernaryScope converted ->
          new ExportWalk(form, graph, Optional.of(converted)).add(path, converted.inner(), from);
      case Linear linear -> graph.add(name(path), linear(linear), from);
      case Conv2d conv -> graph.add(name(path), conv(conv), from);
      case BatchNorm norm -> graph.add(name(path), batchNorm(norm), from);
      case NnBlock own -> graph.add(name(path), own.operation(), from);
      case ResidualBlock residual -> {
        String body = add(join(path, "body"), residual.body(), from);
        String shortcut =
            residual.shortcut().isEmpty()
                ? from
                : add(join(path, "shortcut"), residual.shortcut().get(), from);
        yield graph.add(name(path), new Operation.Add(), body, shortcut);
      }
      case Dropout _ -> from; // In evaluation it does nothing.
      case LambdaBlock lambda -> {
        List<Operation> operations = lambda(path, lambda, graph.shape(from));
        yield switch (operations.size()) {
          case 0 -> from;
          case 1 -> graph.add(name(path), operations.getFirst(), from);
          default -> graph.sequence(join(path, ""), from, operations);
        };
      }
      default ->
          throw new IllegalArgumentException(
              "block '"
                  + path
                  + "' of type "
                  + block.getClass().getName()
                  + " has no layer; known are "
                  + KNOWN);
    };
  }

  private static String join(String path, Object child) {
    return path.isEmpty() ? String.valueOf(child) : path + "." + child;
  }

  private static String name(String path) {
    return path.isEmpty() ? "0" : path;
  }

  /** One layer, or the sum of two where each sign of the weights has a scale. */
  private <B extends Block & TernaryBlock> String ternary(
      String path, B block, String from, TernaryOptions options) {
    List<TernaryMatrix> matrices = block.ternaryMatrices();
    if (matrices.size() == 1) {
      return graph.add(name(path), product(block, matrices.getFirst(), bias(block), options), from);
    }
    String positive =
        graph.add(
            join(path, "positive"),
            product(block, matrices.getFirst(), bias(block), options),
            from);
    String negative =
        graph.add(
            join(path, "negative"),
            product(block, matrices.getLast(), Optional.empty(), options),
            from);
    return graph.add(name(path), new Operation.Add(), positive, negative);
  }

  private Operation product(
      Block block, TernaryMatrix matrix, Optional<Tensor> bias, TernaryOptions options) {
    Activations activations = form.apply(options);
    return block instanceof Conv2d conv
        ? Operation.Conv2d.ternary(
            new TernaryTensor(parameter(conv, "weight").shape(), matrix),
            bias,
            geometry(conv),
            activations)
        : Operation.Linear.ternary(matrix, bias, activations);
  }

  /** What makes the weight of a layer ternary, in a converted network. */
  private Optional<TernaryWeight> converted(Block block) {
    Parameter weight = Objects.requireNonNull(block.getDirectParameters().get("weight"), "weight");
    return scope.flatMap(s -> s.weight(weight));
  }

  /** A scope changes weights only: the activations of the block itself are floats. */
  private Activations formOf(TernaryWeight weight) {
    return form.apply(weight.options().withActivations(Activations.FLOAT32));
  }

  private Operation linear(Linear linear) {
    return converted(linear)
        .map(w -> Operation.Linear.ternary(w.matrix(), bias(linear), formOf(w)))
        .orElseGet(() -> Operation.Linear.dense(parameter(linear, "weight"), bias(linear)));
  }

  private Operation conv(Conv2d conv) {
    Tensor weight = parameter(conv, "weight");
    return converted(conv)
        .map(w ->
            Operation.Conv2d.ternary(
                new TernaryTensor(weight.shape(), w.matrix()),
                bias(conv),
                geometry(conv),
                formOf(w)))
        .orElseGet(() -> Operation.Conv2d.dense(weight, bias(conv), geometry(conv)));
  }

  private static List<Operation> lambda(String path, LambdaBlock lambda, Shape in) {
    return switch (lambda.getName()) {
      case "ReLU" -> List.of(new Operation.Relu());
      case "GELU" -> List.of(new Operation.Gelu());
      case "batchFlatten" -> List.of(new Operation.Flatten());
      case "globalAvgPool2d" -> List.of(new Operation.GlobalAvgPool2d());
      case "identity" -> List.of();
      default ->
          LambdaProbe.find(lambda, in)
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "block '"
                          + path
                          + "' is a lambda named '"
                          + lambda.getName()
                          + "' that computes for inputs of "
                          + in
                          + " what no known function does: use a block of NnBlock; known are "
                          + KNOWN));
    };
  }

  private static ConvGeometry geometry(Conv2d conv) {
    return new ConvGeometry(
        Math.toIntExact(conv.getStride().get(0)),
        Math.toIntExact(conv.getStride().get(1)),
        Math.toIntExact(conv.getPadding().get(0)),
        Math.toIntExact(conv.getPadding().get(1)),
        Math.toIntExact(conv.getDilation().get(0)),
        Math.toIntExact(conv.getDilation().get(1)),
        conv.getGroups());
  }

  private static Operation batchNorm(BatchNorm norm) {
    return new Operation.BatchNorm(
        parameter(norm, "gamma"),
        parameter(norm, "beta"),
        parameter(norm, "runningMean"),
        parameter(norm, "runningVar"),
        epsilon(norm));
  }

  /**
   * DJL's batch norm hides its epsilon. With a variance of 0 its output for an input of 1 is {@code
   * 1 / sqrt(epsilon)}, and the float nearest to what that gives in three digits is meant.
   */
  private static float epsilon(BatchNorm norm) {
    try (NDManager manager = NDManager.newBaseManager()) {
      var store =
          new ParameterStore(manager, false) {
            @Override
            public NDArray getValue(Parameter parameter, ai.djl.Device device, boolean training) {
              var shape = parameter.getArray().getShape();
              return parameter.getName().equals("gamma")
                  ? manager.ones(shape)
                  : manager.zeros(shape);
            }
          };
      long features = norm.getDirectParameters().get("gamma").getArray().getShape().get(0);
      NDArray x = manager.ones(new ai.djl.ndarray.types.Shape(1, features));
      double y = norm.forward(store, new NDList(x), false).singletonOrThrow().getFloat(0, 0);
      return new java.math.BigDecimal(1 / (y * y)).round(new java.math.MathContext(3)).floatValue();
    }
  }

  private static Optional<Tensor> bias(Block block) {
    return block.getDirectParameters().contains("bias")
        ? Optional.of(parameter(block, "bias"))
        : Optional.empty();
  }

  private static Tensor parameter(Block block, String name) {
    Parameter parameter = Objects.requireNonNull(block.getDirectParameters().get(name), name);
    if (!parameter.isInitialized()) {
      throw new IllegalStateException(
          "the block has no weights yet: initialize it with its input shape or load it first");
    }
    NDArray array = parameter.getArray();
    return Tensor.of(Shape.of(array.getShape().getShape()), array.toFloatArray());
  }
}
