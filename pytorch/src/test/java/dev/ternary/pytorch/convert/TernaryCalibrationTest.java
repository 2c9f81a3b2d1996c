package dev.ternary.pytorch.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import dev.ternary.datasets.CifarData;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.DataFolder;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.LearnedScale;
import dev.ternary.pytorch.layers.NnBlock;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.pytorch.layers.TernaryWeights;
import dev.ternary.pytorch.networks.CifarResNet;
import dev.ternary.pytorch.training.TorchClassifier;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Tensor;
import dev.ternary.training.Examples;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TernaryCalibrationTest {

  private static final int ROWS = 5;
  private static final int COLS = 2 * 3 * 3;

  private static final List<TernaryOptions> FITTED =
      List.of(
          TernaryOptions.of(Quantizer.absmean().perRow()),
          TernaryOptions.of(Quantizer.absmean(0.9f).perRow()),
          TernaryOptions.of(Quantizer.twn().perRow()),
          TernaryOptions.of(Quantizer.twn(0.95f).perRow()),
          TernaryOptions.of(Quantizer.optimal().perRow()),
          TernaryOptions.of(Quantizer.absmean().perRow()).withLearnedScale(),
          TernaryOptions.twn().withLearnedScale(LearnedScale.PER_SIGN),
          TernaryOptions.of(Quantizer.absmean().perRow()).withLearnedScale(LearnedScale.PER_SIGN),
          TernaryOptions.of(Quantizer.absolute(0.2f).perRow()).withLearnedScale());

  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  private static Model model(Optional<TernaryOptions> ternary, Map<String, Tensor> state) {
    Model model = Model.newInstance("resnet", "PyTorch");
    SequentialBlock net = CifarResNet.network(20, ternary);
    model.setBlock(net);
    net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, 32, 32));
    CifarResNet.load(net, state);
    return model;
  }

  @Test
  void aPretrainedResNetKeepsItsAccuracyWithoutTraining() throws Exception {
    var weights = DataFolder.of("resnet-cifar10");
    var images = DataFolder.of("cifar10");
    assumeTrue(
        weights.isPresent() && images.isPresent(),
        "CIFAR-10 or the checkpoints are missing: set TERNARY_DATA to the data folder");
    Examples test = CifarData.read(images.get().resolve("test.jpeg.tar.gz")).slice(0, 400);
    Examples train = CifarData.read(images.get().resolve("train.jpeg.tar.gz"));
    try (var checkpoint = PyTorchCheckpoint.open(weights.get().resolve("resnet20-12fca82f.th"))) {
      Map<String, Tensor> state = checkpoint.stateDict("module.");
      var options = TernaryOptions.of(Quantizer.optimal().perRow());
      try (Model floating = model(Optional.empty(), state);
          Model ternary = model(Optional.of(options), state)) {
        assertThat(new TorchClassifier(floating).accuracy(test)).isGreaterThan(0.74);
        assertThat(new TorchClassifier(ternary).accuracy(test)).isLessThan(0.3);
        TernaryCalibration.fit(floating.getBlock(), ternary.getBlock(), train.slice(0, 128));
        TernaryCalibration.renormalise(ternary.getBlock(), train.slice(0, 256));
        assertThat(new TorchClassifier(ternary).accuracy(test)).isGreaterThan(0.68);
      }
      var missing = new HashMap<>(state);
      missing.remove("layer2.1.bn2.running_var");
      assertThatThrownBy(() -> model(Optional.empty(), missing).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the checkpoint has no 'layer2.1.bn2.running_var'");
      var wrong = new HashMap<>(state);
      wrong.put("linear.bias", Tensor.of(dev.ternary.tensor.Shape.of(2), 1f, 2f));
      assertThatThrownBy(() -> model(Optional.empty(), wrong).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'linear.bias' must have shape [10], got [2]");
      var broken = new HashMap<>(state);
      float[] bias = new float[10];
      bias[3] = Float.NaN;
      broken.put("linear.bias", Tensor.of(dev.ternary.tensor.Shape.of(10), bias));
      assertThatThrownBy(() -> model(Optional.empty(), broken).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'linear.bias' has NaN at index 3");
    }
  }

  /** One window an image, so that the fit sees all of them, and no batch norm to hide a scale. */
  private static SequentialBlock windows(Model model, Conv2d.Builder conv) {
    var net = new SequentialBlock();
    net.add(conv.setFilters(ROWS).setKernelShape(new Shape(3, 3)).optBias(false).build());
    model.setBlock(net);
    net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 2, 3, 3));
    var random = new SplittableRandom(7);
    float[] weights = new float[ROWS * COLS];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian() / 4;
    }
    net.getChildren()
        .values()
        .getFirst()
        .getDirectParameters()
        .get("weight")
        .getArray()
        .set(weights);
    TernaryWeights.of(net).forEach(TernaryWeight::restart);
    return net;
  }

  private static Examples noise(int count) {
    var random = new SplittableRandom(8);
    float[] values = new float[count * COLS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Examples.ofFloats(dev.ternary.tensor.Shape.of(2, 3, 3), values, new int[count]);
  }

  /** The share of the float output that a row of trits with its best scale would give, by hand. */
  private static double bestScale(Examples images, float[] weights, byte[] trits, int row) {
    double product = 0;
    double square = 0;
    float[] image = new float[COLS];
    for (int i = 0; i < images.size(); i++) {
      images.copy(i, image, 0);
      double meant = 0;
      double found = 0;
      for (int k = 0; k < COLS; k++) {
        meant += image[k] * (double) weights[row * COLS + k];
        found += image[k] * (double) trits[row * COLS + k];
      }
      product += meant * found;
      square += found * found;
    }
    return product / square;
  }

  @Test
  void keepsTheTritsAndScalesThatItFitsWhateverTheRule() {
    Examples images = noise(60);
    for (TernaryOptions options : FITTED) {
      try (Model floating = Model.newInstance("float", "PyTorch");
          Model ternary = Model.newInstance("ternary", "PyTorch")) {
        SequentialBlock from = windows(floating, Conv2d.builder());
        SequentialBlock to = windows(ternary, TernaryConv2d.builder(options));
        float[] weights = parameter(from.getChildren().values().getFirst(), "weight");
        TernaryCalibration.fit(from, to, images);
        var conv = (TernaryConv2d) to.getChildren().values().getFirst();
        byte[] trits = conv.ternaryWeights();
        float[] values = values(conv);
        for (int row = 0; row < ROWS; row++) {
          float scale = (float) bestScale(images, weights, trits, row);
          for (int k = row * COLS; k < (row + 1) * COLS; k++) {
            assertThat(values[k])
                .as("%s, weight %d", options, k)
                .isCloseTo(trits[k] * scale, within(1e-4f * scale));
          }
        }
      }
    }
  }

  private static float[] parameter(Block block, String name) {
    return block.getDirectParameters().get(name).getArray().toFloatArray();
  }

  /** What the layer computes with. */
  private static float[] values(TernaryConv2d conv) {
    float[] values = new float[ROWS * COLS];
    for (TernaryMatrix matrix : conv.ternaryMatrices()) {
      float[] part = matrix.toFloatArray();
      for (int i = 0; i < values.length; i++) {
        values[i] += part[i];
      }
    }
    return values;
  }

  @Test
  void fitsALinearLayerWithABatchNormBehindIt() {
    Examples images = noise(300);
    var options = TernaryOptions.of(Quantizer.absmean().perRow());
    try (Model floating = Model.newInstance("float", "PyTorch");
        Model ternary = Model.newInstance("ternary", "PyTorch")) {
      SequentialBlock from = perceptron(floating, Linear.builder());
      SequentialBlock to = perceptron(ternary, TernaryLinear.builder(options));
      double before = distance(from, to, images);
      TernaryCalibration.fit(from, to, images);
      assertThat(distance(from, to, images)).isLessThan(0.8 * before);
      float[] mean = parameter(to.getChildren().values().get(2), "runningMean");
      var linear = (TernaryLinear) to.getChildren().values().get(1);
      float[] values = linear.ternaryMatrix().toFloatArray();
      float[] image = new float[COLS];
      double sum = 0;
      for (int i = 0; i < images.size(); i++) {
        images.copy(i, image, 0);
        for (int k = 0; k < COLS; k++) {
          sum += image[k] * (double) values[k];
        }
      }
      assertThat(mean[0]).isCloseTo((float) (sum / images.size()), within(1e-4f));
    }
  }

  private static SequentialBlock perceptron(Model model, Linear.Builder linear) {
    Torch.start(1).setRandomSeed(4);
    var net = new SequentialBlock().add(NnBlock.flatten());
    net.add(linear.setUnits(ROWS).optBias(false).build()).add(BatchNorm.builder().build());
    model.setBlock(net);
    net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 2, 3, 3));
    float[] weights = new float[ROWS * COLS];
    var random = new SplittableRandom(9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian() / 4;
    }
    net.getChildren().values().get(1).getDirectParameters().get("weight").getArray().set(weights);
    return net;
  }

  private static double distance(SequentialBlock from, SequentialBlock to, Examples images) {
    float[] w = parameter(from.getChildren().values().get(1), "weight");
    float[] q = ((TernaryLinear) to.getChildren().values().get(1)).ternaryMatrix().toFloatArray();
    float[] image = new float[COLS];
    double distance = 0;
    for (int i = 0; i < images.size(); i++) {
      images.copy(i, image, 0);
      for (int row = 0; row < ROWS; row++) {
        double y = 0;
        for (int k = 0; k < COLS; k++) {
          y += image[k] * (double) (w[row * COLS + k] - q[row * COLS + k]);
        }
        distance += y * y;
      }
    }
    return distance;
  }

  private static void refusesToFit(TernaryOptions options, String message) {
    try (Model floating = Model.newInstance("float", "PyTorch");
        Model ternary = Model.newInstance("ternary", "PyTorch")) {
      SequentialBlock from = windows(floating, Conv2d.builder());
      SequentialBlock to = windows(ternary, TernaryConv2d.builder(options));
      float[] before = parameter(to.getChildren().values().getFirst(), "weight");
      assertThatThrownBy(() -> TernaryCalibration.fit(from, to, noise(9)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(message);
      assertThat(parameter(to.getChildren().values().getFirst(), "weight")).isEqualTo(before);
    }
  }

  @Test
  void refusesLayersThatCannotKeepAScaleARow() {
    refusesToFit(
        TernaryOptions.absmean(),
        "the layer '/01TernaryConv2d' needs a scale a row to be fitted, got absmean:0.5 per"
            + " tensor");
    refusesToFit(
        TernaryOptions.of(Quantizer.optimal().perGroup(9)),
        "the layer '/01TernaryConv2d' needs a scale a row to be fitted, got optimal per group:9");
    refusesToFit(
        TernaryOptions.twn().unscaled(),
        "the layer '/01TernaryConv2d' needs a scale a row to be fitted, got unscaled twn:0.7 per"
            + " row");
    refusesToFit(
        TernaryOptions.of(Quantizer.absolute(0.1f).perRow()),
        "the layer '/01TernaryConv2d' needs a scale a row to be fitted, got absolute:0.1 per row");
  }

  @Test
  void refusesNetworksThatAreNotTwins() {
    var options = TernaryOptions.twn();
    try (Model floating = Model.newInstance("float", "PyTorch");
        Model grouped = Model.newInstance("grouped", "PyTorch");
        Model ternary = Model.newInstance("ternary", "PyTorch")) {
      SequentialBlock from = windows(floating, Conv2d.builder());
      SequentialBlock to = windows(ternary, TernaryConv2d.builder(options));
      refuses(
          from,
          perceptron(grouped, TernaryLinear.builder(options)),
          "both networks must be built alike, but block '' is SequentialBlock of 1 blocks in the"
              + " float one and SequentialBlock of 3 blocks in the ternary one");
      var conv = (Conv2d) from.getChildren().values().getFirst();
      float[] weights = parameter(conv, "weight");
      weights[3]++;
      conv.getDirectParameters().get("weight").getArray().set(weights);
      refuses(from, to, "both networks must hold the same '/01TernaryConv2d/weight'");
      refuses(
          from,
          TernaryQuantization.convert(from, QuantizationConfig.defaults()).block(),
          "a network of TernaryQuantization shares its parameters with the float one, which must"
              + " not change: build the ternary network of TernaryConv2d and TernaryLinear");
    }
  }

  @Test
  void refusesAConvolutionOfGroups() {
    try (Model floating = Model.newInstance("float", "PyTorch");
        Model ternary = Model.newInstance("ternary", "PyTorch")) {
      SequentialBlock from = grouped(floating, Conv2d.builder());
      SequentialBlock to = grouped(ternary, TernaryConv2d.builder(TernaryOptions.twn()));
      refuses(from, to, "the convolution '/01TernaryConv2d' needs one group to be fitted, got 2");
    }
  }

  private static SequentialBlock grouped(Model model, Conv2d.Builder conv) {
    var net = new SequentialBlock();
    net.add(conv.setFilters(4).setKernelShape(new Shape(3, 3)).optGroups(2).build());
    model.setBlock(net);
    net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 2, 3, 3));
    return net;
  }

  private static void refuses(Block from, Block to, String message) {
    assertThatThrownBy(() -> TernaryCalibration.fit(from, to, noise(9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  /** With twice the mean as threshold, not more than half of a row can be above it. */
  @Test
  void refusesTritsThatARuleNeverGives() {
    try (Model model = Model.newInstance("ternary", "PyTorch")) {
      var options = TernaryOptions.of(Quantizer.twn(2).perRow());
      SequentialBlock net = windows(model, TernaryConv2d.builder(options));
      byte[] trits = new byte[ROWS * COLS];
      java.util.Arrays.fill(trits, (byte) 1);
      float[] scales = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
      assertThatThrownBy(() -> TernaryWeights.of(net).getFirst().assign(trits, scales))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "no weights of row 0 give 0.5 at column 0 by the rule twn:2.0, the nearest gave"
                  + " 0.0");
    }
  }

  @Test
  void refusesDepthsThatNoNetworkHas() {
    assertThatThrownBy(() -> CifarResNet.network(21, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a residual network for CIFAR has 6n + 2 layers, such as 20, got 21");
  }
}
