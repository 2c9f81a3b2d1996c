package dev.ternary.nn.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitecturesTest {

  /** Of the largest output; PyTorch sums in another order, in up to 104 layers. */
  static final float BOUND = 2e-5f;

  static List<FormulaNetwork> networks() throws IOException {
    return FormulaNetwork.all().stream().filter(n -> !n.name().startsWith("page-")).toList();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void givesWhatPyTorchGives(FormulaNetwork network) {
    StateDict weights = StateDict.of(network.weights());
    Graph graph =
        network.name().startsWith("vgg")
            ? narrow(network.name()).graph(weights, network.size())
            : Architectures.graph(network.name(), weights, network.size());
    assertThat(network.difference(graph)).isLessThan(BOUND);
  }

  /** With 4 channels in place of 64. */
  private static Architecture narrow(String name) {
    Vgg wide = Vgg.all().stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
    return new Vgg(name, wide.depths(), wide.norms(), 4);
  }

  @Test
  void valuesAreCalledAsTheModulesThatMakeThem() throws IOException {
    FormulaNetwork network = FormulaNetwork.named("resnet18");
    Graph graph = Architectures.graph("resnet18", StateDict.of(network.weights()));
    List<String> names = graph.nodes().stream().map(Node::name).toList();
    assertThat(names)
        .contains("conv1", "bn1", "layer1.0.conv1", "layer2.0.downsample.1", "layer4.1", "fc");
    assertThat(graph.inputs().getFirst().dims().most()).isEqualTo(Shape.of(3, 224, 224));
    assertThat(graph.most().get("layer4.1")).isEqualTo(Shape.of(512, 7, 7));
    ImageInput image = graph.info().image().orElseThrow();
    assertThat(image.mean()).containsExactly(0.485f, 0.456f, 0.406f);
    assertThat(image.high()).isEqualTo(1);
    assertThat(graph.info().classes()).isEmpty();
  }

  @Test
  void saysWhichNetworkItIsInstead() throws IOException {
    Map<String, Tensor> weights = FormulaNetwork.named("resnet34").weights();
    refused("resnet18", weights)
        .hasMessageContaining("these are not the weights of 'resnet18': ")
        .hasMessageContaining("80 tensors are no part of the architecture: 'layer1.2.conv1.weight'")
        .hasMessageContaining("they are those of resnet34");
  }

  @Test
  void refusesWhatIsMissingLeftOverOrHasAnotherShape() throws IOException {
    Map<String, Tensor> good = FormulaNetwork.named("resnet18").weights();
    Map<String, Tensor> missing = new LinkedHashMap<>(good);
    missing.remove("layer1.0.bn1.running_var");
    refused("resnet18", missing)
        .hasMessageContaining("the file has no tensor 'layer1.0.bn1.running_var'; the nearest of")
        .hasMessageContaining("'layer1.0.bn2.running_var'");
    Map<String, Tensor> more = new LinkedHashMap<>(good);
    more.put("aux.weight", Tensor.of(Shape.of(1), 1f));
    refused("resnet18", more)
        .hasMessageContaining("1 tensor is no part of the architecture: 'aux.weight'");
    Map<String, Tensor> other = new LinkedHashMap<>(good);
    other.put("conv1.weight", Tensor.of(Shape.of(64, 3, 3, 3), new float[64 * 27]));
    refused("resnet18", other)
        .hasMessageContaining(
            "tensor 'conv1.weight' must have shape [64, 3, 7, 7], has [64, 3, 3, 3]");
    Map<String, Tensor> head = new LinkedHashMap<>(good);
    head.put("fc.weight", Tensor.of(Shape.of(2, 3), new float[6]));
    refused("resnet18", head)
        .hasMessageContaining("tensor 'fc.weight' must have shape [any, 512], has [2, 3]");
  }

  @Test
  void refusesNamesAndSizesThatThereAreNot() {
    refused("resnet-18", Map.of())
        .hasMessageContaining("architecture 'resnet-18' is unknown")
        .hasMessageContaining("'resnet18'");
    assertThatThrownBy(() -> Architectures.graph("mlp", StateDict.of(Map.of()), 32))
        .hasMessageContaining("takes no images");
    assertThatThrownBy(() -> Architectures.graph("vgg11", StateDict.of(Map.of()), 32))
        .hasMessageContaining("must be a multiple of 224, got 32");
  }

  @Test
  void randomWeightsAreTheSameForTheSameSeed() {
    Graph graph = Architectures.random("cifar-resnet20", 8, 10, new SplittableRandom(3));
    Graph same = Architectures.random("cifar-resnet20", 8, 10, new SplittableRandom(3));
    Graph other = Architectures.random("cifar-resnet20", 8, 10, new SplittableRandom(4));
    float[] x = new float[3 * 8 * 8];
    Arrays.fill(x, 0.5f);
    assertThat(predict(graph, x)).hasSize(10).isEqualTo(predict(same, x));
    assertThat(predict(graph, x)).isNotEqualTo(predict(other, x));
    // Neither dies away nor grows from layer to layer.
    for (float y : predict(graph, x)) {
      assertThat(Math.abs(y)).isBetween(1e-4f, 1e4f);
    }
    assertThatThrownBy(() -> Architectures.random("mlp", 8, 10, new SplittableRandom(3)))
        .hasMessageContaining("takes no images");
  }

  private static float[] predict(Graph graph, float[] x) {
    try (Model model = Model.of(graph)) {
      return model.predict(x);
    }
  }

  @Test
  void anMlpIsAnyChainOfLinearLayers() {
    // By hand: relu([1 -1; 2 0] [3 4] + [0 1]) = [0 7]; [1 2] [0 7] - 1 = 13.
    var weights = new LinkedHashMap<String, Tensor>();
    weights.put("10.weight", Tensor.of(Shape.of(1, 2), 1f, 2f));
    weights.put("10.bias", Tensor.of(Shape.of(1), -1f));
    weights.put("2.bias", Tensor.of(Shape.of(2), 0f, 1f));
    weights.put("2.weight", Tensor.of(Shape.of(2, 2), 1f, -1f, 2f, 0f));
    Graph graph = Architectures.graph("mlp", StateDict.of(weights));
    assertThat(graph.nodes().stream().map(Node::name)).containsExactly("2", "2.activation", "10");
    try (Model model = Model.of(graph)) {
      assertThat(model.predict(Tensor.of(Shape.of(1, 2), 3f, 4f)).toFloatArray())
          .containsExactly(13);
    }
    weights.put("11.weight", Tensor.of(Shape.of(2, 3), new float[6]));
    refused("mlp", weights)
        .hasMessageContaining("found '2' [2, 2], '10' [1, 2], '11' [2, 3]")
        .hasMessageContaining("each as wide as the one before gives");
    refused("mlp", Map.of()).hasMessageContaining("no tensor NAME.weight");
  }

  @Test
  void anMlpMayHaveBatchNorms() {
    var weights = new LinkedHashMap<String, Tensor>();
    weights.put("net.0.weight", Tensor.of(Shape.of(1, 1), 2f));
    weights.put("net.1.weight", Tensor.of(Shape.of(1), 3f));
    weights.put("net.1.bias", Tensor.of(Shape.of(1), 1f));
    weights.put("net.1.running_mean", Tensor.of(Shape.of(1), 4f));
    weights.put("net.1.running_var", Tensor.of(Shape.of(1), 1f - 1e-5f));
    weights.put("net.1.num_batches_tracked", Tensor.of(Shape.of(), new long[] {7}));
    weights.put("net.3.weight", Tensor.of(Shape.of(1, 1), 1f));
    // (2 * 5 - 4) * 3 + 1 = 19; of -5 it is -41, which the ReLU takes away.
    try (Model model = Model.of(Architectures.graph("mlp", StateDict.of(weights)))) {
      float[] y = model.predict(Tensor.of(Shape.of(2, 1), 5f, -5f)).toFloatArray();
      assertThat(y[0]).isEqualTo(19, offset(1e-4f));
      assertThat(y[1]).isZero();
    }
  }

  private static AbstractThrowableAssert<?, ?> refused(String name, Map<String, Tensor> weights) {
    return assertThatThrownBy(() -> Architectures.graph(name, StateDict.of(weights)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
