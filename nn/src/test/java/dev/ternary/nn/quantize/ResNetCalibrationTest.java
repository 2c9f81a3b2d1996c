package dev.ternary.nn.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.datasets.CifarData;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.training.Examples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pretrained network on real images: {@code TERNARY_DATA} says where they are. */
class ResNetCalibrationTest {

  @Test
  @Tag("long")
  void aPretrainedResNetKeepsItsAccuracyWithoutTraining() throws Exception {
    String set = System.getProperty("TERNARY_DATA", System.getenv("TERNARY_DATA"));
    Path data = Path.of(Objects.requireNonNullElse(set, ""));
    Path checkpoint = data.resolve("resnet-cifar10/resnet20-12fca82f.th");
    assumeTrue(
        set != null && Files.exists(checkpoint),
        "CIFAR-10 or the checkpoints are missing: set TERNARY_DATA to the data folder");
    Examples train = CifarData.read(data.resolve("cifar10/train.jpeg.tar.gz")).slice(0, 128);
    Examples test = CifarData.read(data.resolve("cifar10/test.jpeg.tar.gz")).slice(0, 400);
    try (var file = PyTorchCheckpoint.open(checkpoint)) {
      Graph graph = resnet(file.stateDict("module."));
      QuantizeOptions options = QuantizeOptions.defaults();
      assertThat(accuracy(graph, test)).isGreaterThan(0.74);
      assertThat(accuracy(GraphQuantizer.quantize(graph, options).graph(), test)).isLessThan(0.3);
      QuantizedGraph fitted = GraphQuantizer.calibrate(graph, batch(train), options);
      assertThat(fitted.layers()).hasSize(18);
      assertThat(accuracy(fitted.graph(), test)).isGreaterThan(0.7);
    }
  }

  private static Tensor of(Map<String, Tensor> state, String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  private static Graph resnet(Map<String, Tensor> s) {
    Graph.Builder g = Graph.builder();
    String x = g.input("x", Shape.of(3, 32, 32));
    x = bn(g, s, "bn1", conv(g, s, "conv1", 1, x));
    x = g.add("relu", new Operation.Relu(), x);
    int in = 16;
    for (int stage = 1; stage <= 3; stage++) {
      int ch = 8 << stage;
      for (int i = 0; i < 3; i++) {
        int stride = ch == in ? 1 : 2;
        String p = "layer" + stage + "." + i + ".";
        String y = bn(g, s, p + "bn1", conv(g, s, p + "conv1", stride, x));
        y = g.add(p + "relu1", new Operation.Relu(), y);
        y = bn(g, s, p + "bn2", conv(g, s, p + "conv2", 1, y));
        String sc = stride == 1 ? x : g.add(p + "shortcut", new Operation.SubsamplePad(2, ch), x);
        x = g.add(p + "relu2", new Operation.Relu(), g.add(p + "sum", new Operation.Add(), y, sc));
        in = ch;
      }
    }
    x = g.add("pool", new Operation.GlobalAvgPool2d(), x);
    x =
        g.add(
            "linear",
            Operation.Linear.dense(of(s, "linear.weight"), Optional.of(of(s, "linear.bias"))),
            x);
    return g.output(x).build();
  }

  private static String conv(
      Graph.Builder g, Map<String, Tensor> s, String n, int stride, String x) {
    return g.add(
        n,
        Operation.Conv2d.dense(of(s, n + ".weight"), Optional.empty(), ConvGeometry.of(stride, 1)),
        x);
  }

  private static String bn(Graph.Builder g, Map<String, Tensor> s, String n, String x) {
    return g.add(
        n,
        new Operation.BatchNorm(
            of(s, n + ".weight"),
            of(s, n + ".bias"),
            of(s, n + ".running_mean"),
            of(s, n + ".running_var"),
            1e-5f),
        x);
  }

  private static Tensor batch(Examples e) {
    int size = (int) e.shape().elements();
    float[] v = new float[e.size() * size];
    for (int i = 0; i < e.size(); i++) {
      e.copy(i, v, i * size);
    }
    return Tensor.of(e.batchShape(e.size()), v);
  }

  private static double accuracy(Graph graph, Examples test) {
    try (Model model = Model.of(graph)) {
      int[] classes = model.predictClasses(batch(test));
      int right = 0;
      for (int i = 0; i < classes.length; i++) {
        right += classes[i] == test.label(i) ? 1 : 0;
      }
      return (double) right / classes.length;
    }
  }
}
