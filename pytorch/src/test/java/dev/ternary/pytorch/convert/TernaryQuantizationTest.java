package dev.ternary.pytorch.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV2;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.NnBlock;
import dev.ternary.pytorch.layers.ResidualBlock;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TernaryQuantizationTest {

  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1).setRandomSeed(3);
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private NDArray forward(Block block, NDList x) {
    return block.forward(new ParameterStore(manager, false), x, false).head();
  }

  private static Map<String, float[]> parameters(Block block) {
    var values = new HashMap<String, float[]>();
    for (var p : block.getParameters()) {
      values.put(p.getKey(), p.getValue().getArray().toFloatArray());
    }
    return values;
  }

  /**
   * The converted network gives exactly what the network gives once its chosen weights are
   * overwritten with the exported ones.
   */
  private void convertsExactly(Block network, NDList x, int layers) {
    float[] floating = forward(network, x).toFloatArray();
    var before = parameters(network);
    var converted =
        TernaryQuantization.convert(network, QuantizationConfig.defaults().keeping(false, false));
    assertThat(converted.layers()).hasSize(layers);
    float[] ternary = forward(converted.block(), x).toFloatArray();
    assertThat(ternary).isNotEqualTo(floating);
    // Undone: the network itself has not changed.
    assertThat(forward(converted.block().inner(), x).toFloatArray()).containsExactly(floating);
    parameters(network).forEach((k, v) -> assertThat(Arrays.equals(v, before.get(k))).isTrue());
    var packed = TernaryQuantization.exportTernaryWeights(converted);
    assertThat(packed.keySet())
        .containsExactlyElementsOf(
            converted.layers().stream().map(QuantizationReport::name).toList());
    packed.forEach(
        (path, tensor) -> at(network, path).getArray().set(tensor.matrix().toFloatArray()));
    assertThat(forward(network, x).toFloatArray()).containsExactly(ternary);
  }

  private static Parameter at(Block block, String path) {
    Block here = block;
    String[] names = path.split("\\.", -1);
    for (int i = 0; i < names.length - 1; i++) {
      here = here.getChildren().get(names[i]);
    }
    return here.getDirectParameters().get(names[names.length - 1]);
  }

  private static Conv2d conv(int filters, int kernel, int stride) {
    return Conv2d.builder()
        .setFilters(filters)
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(kernel / 2, kernel / 2))
        .optBias(false)
        .build();
  }

  /** The weights of He et al.'s network for ImageNet; norms and activations have no matrices. */
  private static SequentialBlock resNet18() {
    var net = new SequentialBlock().add(conv(64, 7, 2));
    for (int channels : new int[] {64, 128, 256, 512}) {
      for (int i = 0; i < 2; i++) {
        int stride = channels > 64 && i == 0 ? 2 : 1;
        var body = new SequentialBlock().add(conv(channels, 3, stride)).add(conv(channels, 3, 1));
        net.add(
            stride == 1
                ? new ResidualBlock(body)
                : new ResidualBlock(body, conv(channels, 1, stride)));
      }
    }
    return net.add(NnBlock.globalAvgPool2d()).add(Linear.builder().setUnits(1000).build());
  }

  @Test
  void aResNet18IsNearly16TimesSmallerInTwoBitsAndOver19TimesInBase243(@TempDir Path folder)
      throws Exception {
    Block resnet = resNet18();
    resnet.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 32, 32));
    for (Packing packing : List.of(Packing.twoBit(), Packing.base243())) {
      var config =
          QuantizationConfig.defaults()
              .withOptions(TernaryOptions.of(Quantizer.twn().perRow().packed(packing)));
      var packed =
          TernaryQuantization.exportTernaryWeights(TernaryQuantization.convert(resnet, config));
      long floats = 0;
      for (TernaryTensor tensor : packed.values()) {
        floats += 4 * tensor.shape().elements();
      }
      // All but 9,408 weights of the first layer and 512,000 of the last.
      assertThat(floats).isEqualTo(4L * 11_157_504);
      Path file = folder.resolve(packing.id() + ".safetensors");
      PackedModelWriter.write(
          file, new PackedModel(packed, Map.of(), Optional.empty()), IfExists.REFUSE);
      double smaller = (double) floats / Files.size(file);
      System.Logger log = System.getLogger(TernaryQuantizationTest.class.getName());
      log.log(
          System.Logger.Level.INFO,
          "ResNet-18, " + packed.size() + " ternary layers, " + packing.id() + ": " + smaller);
      // The scales of 4,800 filters, names and the header of the file take the rest of 16 and 20.
      assertThat(smaller).isGreaterThan(packing.equals(Packing.twoBit()) ? 15.8 : 19);
    }
  }

  @Test
  void convertsMultiLayerPerceptronsResNetsAndMobileNets() {
    Block mlp = new Mlp(784, 10, new int[] {64, 32});
    mlp.initialize(manager, DataType.FLOAT32, new Shape(2, 784));
    convertsExactly(mlp, new NDList(manager.randomNormal(new Shape(2, 784))), 3);
    Block resnet =
        ResNetV1.builder()
            .setImageShape(new Shape(3, 32, 32))
            .setNumLayers(18)
            .setOutSize(10)
            .build();
    resnet.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 32, 32));
    convertsExactly(resnet, new NDList(manager.randomNormal(new Shape(1, 3, 32, 32))), 30);
    Block mobile = MobileNetV2.builder().setOutSize(10).build();
    mobile.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 32, 32));
    convertsExactly(mobile, new NDList(manager.randomNormal(new Shape(1, 3, 32, 32))), 54);
  }

  @Test
  void convertsRecurrentAndTransformerNetworks() {
    Block lstm =
        LSTM.builder()
            .setNumLayers(1)
            .setStateSize(16)
            .optReturnState(false)
            .optBatchFirst(true)
            .build();
    lstm.initialize(manager, DataType.FLOAT32, new Shape(2, 5, 8));
    convertsExactly(lstm, new NDList(manager.randomNormal(new Shape(2, 5, 8))), 2);
    Block bert = BertBlock.builder().micro().setTokenDictionarySize(100).build();
    var shape = new Shape(1, 128);
    bert.initialize(manager, DataType.FLOAT32, shape, shape, shape);
    NDArray tokens = manager.arange(128).mod(100).toType(DataType.INT64, false).reshape(1, 128);
    var input =
        new NDList(
            tokens, manager.zeros(shape, DataType.INT64), manager.ones(shape, DataType.INT64));
    var converted = TernaryQuantization.convert(bert, QuantizationConfig.defaults());
    assertThat(converted.unsupported()).isNotEmpty().allMatch(s -> s.contains("Embedding"));
    convertsExactly(bert, input, 73);
  }

  private SequentialBlock threeLayers() {
    var net =
        new SequentialBlock()
            .add(Linear.builder().setUnits(6).build())
            .add(Activation.reluBlock())
            .add(Linear.builder().setUnits(5).build())
            .add(Activation.reluBlock())
            .add(Linear.builder().setUnits(4).build());
    net.initialize(manager, DataType.FLOAT32, new Shape(2, 7));
    return net;
  }

  @Test
  void firstLastAndNamedLayersStayFloat() {
    var config = QuantizationConfig.defaults();
    var converted = TernaryQuantization.convert(threeLayers(), config);
    assertThat(converted.layers())
        .extracting(QuantizationReport::name)
        .containsExactly("03Linear.weight");
    assertThat(converted.skipped()).containsExactly("01Linear.weight", "05Linear.weight");
    assertThat(converted.layers().getFirst().floatBytes()).isEqualTo(4 * 30);
    var named =
        TernaryQuantization.convert(
            threeLayers(), config.keeping(false, false).skipping("*3Lin*").skipping("nothing"));
    assertThat(named.skipped()).containsExactly("03Linear.weight");
    var none = TernaryQuantization.convert(threeLayers(), config.skipping("*"));
    assertThat(none.layers()).isEmpty();
  }

  @Test
  void aConvertedNetworkTrainsItsShadowWeights() {
    Block net = threeLayers();
    var converted = TernaryQuantization.convert(net, QuantizationConfig.defaults());
    NDArray w = net.getChildren().get(2).getValue().getDirectParameters().get("weight").getArray();
    w.setRequiresGradient(true);
    NDArray x = manager.randomNormal(new Shape(3, 7));
    try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
      NDArray y =
          converted.block().forward(new ParameterStore(manager, false), new NDList(x), true).head();
      gradients.backward(y.pow(2).sum());
    }
    assertThat(w.getGradient().abs().sum().getFloat()).isPositive();
  }

  @Test
  void refusesNetworksWithoutWeightsAndWeightsThatAreNoNumber() {
    Block fresh = new SequentialBlock().add(Linear.builder().setUnits(2).build());
    assertThatThrownBy(() -> TernaryQuantization.convert(fresh, QuantizationConfig.defaults()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("initialize it");
    SequentialBlock net = threeLayers();
    NDArray w = net.getChildren().get(2).getValue().getDirectParameters().get("weight").getArray();
    w.muli(Float.NaN);
    assertThatThrownBy(() -> TernaryQuantization.convert(net, QuantizationConfig.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tensor '03Linear.weight' has NaN at index [0, 0]");
  }
}
