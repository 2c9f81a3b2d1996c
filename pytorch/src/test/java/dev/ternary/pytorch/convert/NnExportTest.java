package dev.ternary.pytorch.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import dev.ternary.formats.IfExists;
import dev.ternary.kernel.Activations;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.graph.Weights;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.LearnedScale;
import dev.ternary.pytorch.layers.NnBlock;
import dev.ternary.pytorch.layers.ResidualBlock;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.networks.MlpRecipe;
import dev.ternary.pytorch.training.TorchClassifier;
import dev.ternary.tensor.Shape;
import dev.ternary.training.Examples;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NnExportTest {

  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1).setRandomSeed(11);
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static TernaryConv2d conv(int filters, int stride) {
    return TernaryConv2d.builder(TernaryOptions.twn())
        .setFilters(filters)
        .setKernelShape(new ai.djl.ndarray.types.Shape(3, 3))
        .optStride(new ai.djl.ndarray.types.Shape(stride, stride))
        .optPadding(new ai.djl.ndarray.types.Shape(1, 1))
        .optBias(false)
        .build();
  }

  private static Conv2d floatConv(int filters) {
    return Conv2d.builder()
        .setFilters(filters)
        .setKernelShape(new ai.djl.ndarray.types.Shape(3, 3))
        .optPadding(new ai.djl.ndarray.types.Shape(1, 1))
        .build();
  }

  private Block initialized(Block block, long... input) {
    var shape = new ai.djl.ndarray.types.Shape(8).addAll(new ai.djl.ndarray.types.Shape(input));
    block.initialize(manager, DataType.FLOAT32, shape);
    // Moves the running statistics of the batch norms away from 0 and 1.
    NDArray x = manager.randomNormal(0.3f, 1.5f, shape, DataType.FLOAT32);
    for (int i = 0; i < 5; i++) {
      block.forward(new ParameterStore(manager, false), new NDList(x), true);
    }
    return block;
  }

  private static Operation operation(dev.ternary.nn.Model model, String name) {
    return model.graph().nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow()
        .operation();
  }

  @Test
  void aResidualNetworkBecomesLayersThatComputeTheSame() {
    var body =
        new SequentialBlock()
            .add(conv(8, 2))
            .add(BatchNorm.builder().optEpsilon(1e-3f).build())
            .add(NnBlock.relu())
            .add(conv(8, 1))
            .add(BatchNorm.builder().build());
    Block block =
        initialized(
            new SequentialBlock()
                .add(floatConv(4))
                .add(BatchNorm.builder().build())
                .add(Activation.reluBlock())
                .add(NnBlock.maxPool2d(PoolGeometry.of(2)))
                .add(new ResidualBlock(body, NnBlock.subsamplePad(2, 8)))
                .add(new ResidualBlock(new SequentialBlock().add(conv(8, 1))))
                .add(NnBlock.silu())
                .add(NnBlock.avgPool2d(PoolGeometry.of(3, 1, 1)))
                .add(NnBlock.globalAvgPool2d())
                .add(Dropout.builder().build())
                .add(NnBlock.gelu())
                .add(TernaryLinear.of(12, TernaryOptions.absmean()))
                .add(NnBlock.gelu())
                .add(Linear.builder().setUnits(5).build())
                .add(NnBlock.softmax()),
            3,
            16,
            12);
    try (var model = NnExport.model(block, Shape.of(3, 16, 12), Activations.FLOAT32)) {
      assertThat(model.outputShape()).isEqualTo(Shape.of(5));
      // 14 layers, of which two residual ones stand for 7 and 2 operations.
      assertThat(model.graph().nodes()).hasSize(12 + 7 + 2);
      assertThat(((Operation.BatchNorm) operation(model, "1")).eps()).isEqualTo(1e-5f);
      assertThat(operation(model, "4")).isInstanceOf(Operation.Add.class);
      assertThat(((Operation.BatchNorm) operation(model, "4.body.1")).eps()).isEqualTo(1e-3f);
    }
  }

  @Test
  void aTrainedNetworkPredictsTheSameClassesAfterSavingAndLoading(@TempDir Path folder)
      throws Exception {
    var random = new SplittableRandom(4);
    float[] x = new float[20 * 512];
    int[] y = new int[512];
    for (int i = 0; i < 512; i++) {
      y[i] = random.nextInt(4);
      for (int k = 0; k < 20; k++) {
        x[20 * i + k] = (float) random.nextGaussian() + (k % 4 == y[i] ? 1 : 0);
      }
    }
    var examples = Examples.ofFloats(Shape.of(20), x, y);
    var recipe =
        new MlpRecipe(List.of(32), Optional.of(TernaryOptions.twn()), TrainingOptions.of(5, 0.01));
    try (var trained = recipe.train(examples, examples, new TrainingListener() {})) {
      Model djl = trained.model();
      Path file = folder.resolve("model.safetensors");
      try (var model = NnExport.model(djl.getBlock(), Shape.of(20), Activations.FLOAT32)) {
        model.graph().save(file, IfExists.REFUSE);
      }
      try (var loaded = dev.ternary.nn.Model.load(file)) {
        assertThat(loaded.predictClasses(x))
            .containsExactly(new TorchClassifier(djl).predict(examples));
        var weights = (Weights.Ternary) operation(loaded, "1").weights().orElseThrow();
        var block = (TernaryLinear) djl.getBlock().getChildren().get(1).getValue();
        assertThat(weights.values().matrix()).isEqualTo(block.ternaryMatrix());
      }
    }
  }

  @Test
  void scalesForEachSignBecomeTheSumOfTwoTernaryLayers() {
    var options = TernaryOptions.twn().withLearnedScale(LearnedScale.PER_SIGN);
    Block block =
        initialized(
            new SequentialBlock()
                .add(
                    TernaryConv2d.builder(options)
                        .setFilters(5)
                        .setKernelShape(new ai.djl.ndarray.types.Shape(3, 3))
                        .build())
                .add(NnBlock.relu())
                .add(NnBlock.globalAvgPool2d())
                .add(TernaryLinear.of(4, options)),
            3,
            8,
            8);
    try (var model = NnExport.model(block, Shape.of(3, 8, 8), Activations.FLOAT32)) {
      assertThat(operation(model, "0")).isInstanceOf(Operation.Add.class);
      assertThat(operation(model, "0.positive").typeName()).isEqualTo("TernaryConv2d");
      assertThat(operation(model, "3.negative").typeName()).isEqualTo("TernaryLinear");
    }
  }

  @Test
  void convolutionsWithInt8ActivationsGiveWhatTheyGaveInTraining() {
    var options = TernaryOptions.twn().withActivations(Activations.INT8);
    // groups, stride, padding, dilation
    for (int[] g : new int[][] {{1, 1, 1, 1}, {1, 2, 0, 1}, {2, 1, 2, 2}, {6, 2, 1, 1}}) {
      Block block =
          initialized(
              new SequentialBlock()
                  .add(
                      TernaryConv2d.builder(options)
                          .setFilters(12)
                          .setKernelShape(new ai.djl.ndarray.types.Shape(3, 3))
                          .optGroups(g[0])
                          .optStride(new ai.djl.ndarray.types.Shape(g[1], g[1]))
                          .optPadding(new ai.djl.ndarray.types.Shape(g[2], g[2]))
                          .optDilation(new ai.djl.ndarray.types.Shape(g[3], g[3]))
                          .build())
                  .add(NnBlock.relu()),
              6,
              9,
              7);
      assertSameRounding(block, Shape.of(6, 9, 7));
    }
  }

  @Test
  void linearLayersWithInt8ActivationsGiveWhatTheyGaveInTraining() {
    var options = TernaryOptions.absmean().withActivations(Activations.INT8);
    Block block = initialized(new SequentialBlock().add(TernaryLinear.of(12, options)), 50);
    assertSameRounding(block, Shape.of(50));
    Block tokens = initialized(new SequentialBlock().add(TernaryLinear.of(5, options)), 3, 40);
    assertSameRounding(tokens, Shape.of(3, 40));
  }

  /** Samples of very different sizes, with values halfway between two steps. */
  private void assertSameRounding(Block block, Shape input) {
    var random = new SplittableRandom(12);
    int size = (int) input.elements();
    int samples = 5;
    float[] x = new float[samples * size];
    for (int i = 0; i < x.length; i++) {
      double magnitude = Math.pow(7, i / size - 3);
      x[i] = (float) (magnitude * random.nextGaussian());
      if (i % 5 == 0) {
        x[i] = (float) (magnitude * 4 * (random.nextInt(127) + 0.5) / 127);
      }
    }
    for (int sample = 0; sample < samples; sample++) {
      x[sample * size + 1] = (float) (-4 * Math.pow(7, sample - 3));
    }
    float[] expected;
    NDArray batch =
        manager.create(
            x,
            new ai.djl.ndarray.types.Shape(samples)
                .addAll(new ai.djl.ndarray.types.Shape(input.toArray())));
    expected =
        block
            .forward(new ParameterStore(manager, false), new NDList(batch), false)
            .singletonOrThrow()
            .toFloatArray();
    try (var model = NnExport.model(block, input, Activations.INT8)) {
      float[] found = model.predict(x);
      int outputs = expected.length / samples;
      for (int i = 0; i < expected.length; i++) {
        // 54 products of values up to 4 and weights below 0.2, and the bias; a step is 0.03 of
        // them.
        double largest = Math.pow(7, i / outputs - 3) * 4;
        double bound = 60 * 0x1p-24 * (54 * 0.2 * largest + 1);
        assertThat((double) found[i])
            .as("output %s of sample %s", i % outputs, i / outputs)
            .isCloseTo(expected[i], within(bound));
      }
    }
  }

  @Test
  void refusesBlocksThatHideWhatTheyCompute() {
    Block pool =
        initialized(
            new SequentialBlock().add(Pool.lpPool2dBlock(2, new ai.djl.ndarray.types.Shape(2, 2))),
            1,
            4,
            4);
    assertThatThrownBy(() -> NnExport.model(pool, Shape.of(1, 4, 4), Activations.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "block '0' is a lambda named 'lpPool2d' that computes for inputs of [1, 4, 4] what no"
                + " known function does: use a block of NnBlock; known are SequentialBlock, ");
    Block liar =
        initialized(new SequentialBlock().add(LambdaBlock.singleton(a -> a.mul(2f), "ReLU")), 4);
    assertThatThrownBy(() -> NnExport.model(liar, Shape.of(4), Activations.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a lambda block does not do what its name says");
    Block other = new SequentialBlock().add(Activation.preluBlock());
    assertThatThrownBy(() -> NnExport.graph(other, Shape.of(4), Activations.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of type ai.djl.nn.core.Prelu has no layer; known are Seq");
  }

  private static ai.djl.ndarray.types.Shape djl(long... dims) {
    return new ai.djl.ndarray.types.Shape(dims);
  }

  @Test
  void poolsAndActivationsOfDjlAreKnownByWhatTheyCompute() {
    var blocks =
        new SequentialBlock()
            .add(Activation::relu)
            .add(Pool.maxPool2dBlock(djl(3, 2), djl(2, 1), djl(1, 0)))
            .add(Activation.relu6Block())
            .add(Pool.avgPool2dBlock(djl(2, 3), djl(1, 2), djl(1, 1)))
            .add(Activation::sigmoid)
            .add(Activation::tanh)
            .add(Activation.swishBlock(1))
            .add(Activation::gelu)
            .add(Pool.globalMaxPool2dBlock())
            .add(x -> new NDList(x.singletonOrThrow().softmax(-1)));
    Block net = initialized(blocks, 2, 9, 8);
    try (var model = NnExport.model(net, Shape.of(2, 9, 8), Activations.FLOAT32)) {
      List<Operation> found = model.graph().nodes().stream().map(node -> node.operation()).toList();
      assertThat(found)
          .containsExactly(
              new Operation.Relu(),
              new Operation.MaxPool2d(new PoolGeometry(3, 2, 2, 1, 1, 0)),
              new Operation.Clip(0, 6),
              new Operation.AvgPool2d(new PoolGeometry(2, 3, 1, 2, 1, 1)),
              new Operation.Sigmoid(),
              new Operation.Tanh(),
              new Operation.Silu(),
              new Operation.Gelu(),
              new Operation.MaxPool2d(new PoolGeometry(6, 4, 1, 1, 0, 0)),
              new Operation.Flatten(),
              new Operation.Softmax());
    }
  }

  /** A float network of tutorials: converted, exported, saved, loaded and run without PyTorch. */
  @Test
  void aConvertedNetworkIsExportedSavedAndLoaded(@TempDir Path folder) throws Exception {
    Block net =
        initialized(
            new SequentialBlock()
                .add(floatConv(4))
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(djl(2, 2), djl(2, 2)))
                .add(floatConv(6))
                .add(Activation::relu)
                .add(ai.djl.nn.Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(5).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(3).build()),
            1,
            8,
            8);
    var converted = TernaryQuantization.convert(net, QuantizationConfig.defaults());
    Path file = folder.resolve("net.safetensors");
    try (var model = NnExport.model(converted.block(), Shape.of(1, 8, 8), Activations.INT8)) {
      model.graph().save(file, IfExists.REFUSE);
    }
    try (var model = dev.ternary.nn.Model.load(file)) {
      assertThat(model.graph().nodes().stream().map(node -> node.operation().typeName()))
          .filteredOn(type -> type.endsWith("Linear") || type.endsWith("Conv2d"))
          .containsExactly("Conv2d", "TernaryConv2d", "TernaryLinear", "Linear");
      assertThat(model.predict(new float[64])).hasSize(3);
      assertThat(model.graph().roundsActivations()).isTrue();
    }
  }
}
