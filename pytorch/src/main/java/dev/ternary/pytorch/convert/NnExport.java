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
import dev.ternary.nn.Model;
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
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Turns a trained DJL block into a model of {@code dev.ternary.nn}, which needs no PyTorch. Ternary
 * layers give exactly the trits and scales they were trained with. A layer with a learned scale for
 * each sign becomes the sum of two, one of the positive weights and one of the negative.
 *
 * <p>Known are sequential blocks of {@link TernaryLinear}, {@link TernaryConv2d}, {@link NnBlock},
 * {@link ResidualBlock}, and of DJL {@link Linear}, {@link Conv2d}, {@link BatchNorm} of axis 1,
 * {@link Dropout} (left out), and the lambda blocks named {@code ReLU}, {@code GELU}, {@code
 * batchFlatten}, {@code globalAvgPool2d} and {@code identity}.
 */
public final class NnExport {

  /** Outputs may differ by this much of the largest one: sums are added in another order. */
  private static final float EXACT = 1e-3f;

  /** The same where a sum decides on which side an activation is rounded to one of 127 steps. */
  private static final float ROUNDED = 2e-2f;

  private NnExport() {}

  /**
   * The model that computes what the block computes. A model with the activations that the block
   * itself has is run beside it on random inputs first, since a lambda block is only known by its
   * name.
   *
   * @param block initialized, in any state; it is not changed
   * @param input shape of one example, without the batch
   * @param activations in which form activations enter the ternary products
   * @return owned by the caller, who closes it
   * @throws IllegalArgumentException if a block is of an unknown kind (the message gives its path
   *     and type), or the model does not compute what the block does
   */
  public static Model model(Block block, Shape input, Activations activations) {
    Graph same = graph(block, input, TernaryOptions::activations);
    try (Model model = Model.of(same)) {
      requireSame(block, model, same.roundsActivations() ? ROUNDED : EXACT);
    }
    return Model.of(same.withActivations(activations));
  }

  /**
   * The network of the block, which is not compared with it. Values are named by their place in the
   * block.
   *
   * @throws IllegalArgumentException if a block is of an unknown kind
   */
  public static Graph graph(Block block, Shape input, Activations activations) {
    return graph(block, input, _ -> activations);
  }

  private static Graph graph(Block block, Shape input, Function<TernaryOptions, Activations> form) {
    var walk = new Walk(form, Graph.builder());
    String last = walk.add("", block, walk.graph().input("x", input));
    return walk.graph().output(last).build();
  }

  private static void requireSame(Block block, Model model, float tolerance) {
    var random = new SplittableRandom(1);
    int samples = 4;
    float[] batch = new float[samples * Math.toIntExact(model.inputShape().elements())];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = (float) random.nextGaussian();
    }
    float[] expected;
    try (NDManager manager = NDManager.newBaseManager()) {
      var shape = new ai.djl.ndarray.types.Shape(samples);
      NDArray x =
          manager.create(
              batch, shape.addAll(new ai.djl.ndarray.types.Shape(model.inputShape().toArray())));
      expected =
          block
              .forward(new ParameterStore(manager, false), new NDList(x), false)
              .singletonOrThrow()
              .toFloatArray();
    }
    float[] found = model.predict(batch);
    float largest = 0;
    for (float v : expected) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(found[i] - expected[i]) <= tolerance * (1 + largest))) {
        throw new IllegalArgumentException(
            "the exported model gives "
                + found[i]
                + " where the block gives "
                + expected[i]
                + ": a lambda block does not do what its name says");
      }
    }
  }

  /** One pass over the blocks; each method gives the name of the value that its block makes. */
  private record Walk(Function<TernaryOptions, Activations> form, Graph.Builder graph) {

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
        case Linear linear ->
            graph.add(
                name(path),
                Operation.Linear.dense(parameter(linear, "weight"), bias(linear)),
                from);
        case Conv2d conv ->
            graph.add(
                name(path),
                Operation.Conv2d.dense(parameter(conv, "weight"), bias(conv), geometry(conv)),
                from);
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
          Optional<Operation> operation = lambda(path, lambda);
          yield operation.isEmpty() ? from : graph.add(name(path), operation.get(), from);
        }
        default ->
            throw new IllegalArgumentException(
                "block '" + path + "' of type " + block.getClass().getName() + " has no layer");
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
        return graph.add(
            name(path), product(block, matrices.getFirst(), bias(block), options), from);
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

    private static Optional<Operation> lambda(String path, LambdaBlock lambda) {
      return switch (lambda.getName()) {
        case "ReLU" -> Optional.of(new Operation.Relu());
        case "GELU" -> Optional.of(new Operation.Gelu());
        case "batchFlatten" -> Optional.of(new Operation.Flatten());
        case "globalAvgPool2d" -> Optional.of(new Operation.GlobalAvgPool2d());
        case "identity" -> Optional.empty();
        default ->
            throw new IllegalArgumentException(
                "block '"
                    + path
                    + "' is a lambda named '"
                    + lambda.getName()
                    + "', which hides what it computes: use a block of NnBlock");
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
     * DJL's batch norm hides its epsilon. With a variance of 0 its output for an input of 1 is
     * {@code 1 / sqrt(epsilon)}, and the float nearest to what that gives in three digits is meant.
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
        return new java.math.BigDecimal(1 / (y * y))
            .round(new java.math.MathContext(3))
            .floatValue();
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
}
