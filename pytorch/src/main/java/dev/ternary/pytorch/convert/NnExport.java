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
import dev.ternary.nn.Layer;
import dev.ternary.nn.Model;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
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
    List<Layer> same = layers(block, input, TernaryOptions::activations);
    try (Model model = Model.of(input, same)) {
      requireSame(block, model, same.stream().anyMatch(NnExport::rounds) ? ROUNDED : EXACT);
    }
    return Model.of(input, layers(block, input, activations));
  }

  /**
   * The layers of the block, which are not compared with it.
   *
   * @throws IllegalArgumentException if a block is of an unknown kind
   */
  public static List<Layer> layers(Block block, Shape input, Activations activations) {
    return layers(block, input, _ -> activations);
  }

  private static List<Layer> layers(
      Block block, Shape input, Function<TernaryOptions, Activations> form) {
    var layers = new ArrayList<Layer>();
    new Walk(form).add("", block, input, layers);
    return List.copyOf(layers);
  }

  private static boolean rounds(Layer layer) {
    return switch (layer) {
      case Layer.TernaryLinear l -> l.activations() == Activations.INT8;
      case Layer.TernaryConv2d l -> l.activations() == Activations.INT8;
      case Layer.Residual l ->
          l.body().stream().anyMatch(NnExport::rounds)
              || l.shortcut().stream().anyMatch(NnExport::rounds);
      default -> false;
    };
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

  /** One pass over the blocks; the shape of one example goes along. */
  private record Walk(Function<TernaryOptions, Activations> form) {

    Shape add(String path, Block block, Shape input, List<Layer> layers) {
      if (block instanceof SequentialBlock sequence && !sequence.isReturnIntermediate()) {
        Shape shape = input;
        for (var child : sequence.getChildren()) {
          shape = add(path + "/" + child.getKey(), child.getValue(), shape, layers);
        }
        return shape;
      }
      Optional<Layer> layer = layer(path, block, input);
      layer.ifPresent(layers::add);
      return layer.map(l -> l.outputShape(input)).orElse(input);
    }

    /** Empty where evaluation does nothing. */
    private Optional<Layer> layer(String path, Block block, Shape input) {
      return switch (block) {
        case TernaryLinear linear ->
            Optional.of(
                sum(
                    linear,
                    (matrix, bias) ->
                        new Layer.TernaryLinear(matrix, bias, form.apply(linear.options()))));
        case TernaryConv2d conv ->
            Optional.of(
                sum(
                    conv,
                    (matrix, bias) ->
                        new Layer.TernaryConv2d(
                            new TernaryTensor(parameter(conv, "weight").shape(), matrix),
                            bias,
                            geometry(conv),
                            form.apply(conv.options()))));
        case Linear linear ->
            Optional.of(new Layer.Linear(parameter(linear, "weight"), bias(linear)));
        case Conv2d conv ->
            Optional.of(new Layer.Conv2d(parameter(conv, "weight"), bias(conv), geometry(conv)));
        case BatchNorm norm -> Optional.of(batchNorm(norm));
        case NnBlock own -> Optional.of(own.layer());
        case ResidualBlock residual -> Optional.of(residual(path, residual, input));
        case Dropout _ -> Optional.empty();
        case LambdaBlock lambda -> lambda(path, lambda);
        default ->
            throw new IllegalArgumentException(
                "block '" + path + "' of type " + block.getClass().getName() + " has no layer");
      };
    }

    /** One layer, or the sum of two where each sign of the weights has a scale. */
    private static <B extends Block & TernaryBlock> Layer sum(
        B block, BiFunction<TernaryMatrix, Optional<Tensor>, Layer> layer) {
      List<TernaryMatrix> matrices = block.ternaryMatrices();
      Layer first = layer.apply(matrices.getFirst(), bias(block));
      if (matrices.size() == 1) {
        return first;
      }
      return new Layer.Residual(
          List.of(first), List.of(layer.apply(matrices.getLast(), Optional.empty())));
    }

    private Layer residual(String path, ResidualBlock block, Shape input) {
      var body = new ArrayList<Layer>();
      add(path + "/body", block.body(), input, body);
      var shortcut = new ArrayList<Layer>();
      block.shortcut().ifPresent(s -> add(path + "/shortcut", s, input, shortcut));
      return new Layer.Residual(body, shortcut);
    }

    private static Optional<Layer> lambda(String path, LambdaBlock lambda) {
      return switch (lambda.getName()) {
        case "ReLU" -> Optional.of(new Layer.Relu());
        case "GELU" -> Optional.of(new Layer.Gelu());
        case "batchFlatten" -> Optional.of(new Layer.Flatten());
        case "globalAvgPool2d" -> Optional.of(new Layer.GlobalAvgPool2d());
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

    private static Layer batchNorm(BatchNorm norm) {
      return new Layer.BatchNorm(
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
