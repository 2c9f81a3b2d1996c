package dev.ternary.nn.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.Model;
import dev.ternary.nn.ModelOptions;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Operation.PostOp;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.Packing;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.NamePattern;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GraphQuantizerTest {

  private static final QuantizeOptions EXACT =
      QuantizeOptions.defaults().with(Activations.FLOAT32).keeping(false, false);

  private static Tensor noise(long seed, double mean, long... shape) {
    var random = new SplittableRandom(seed);
    Shape of = Shape.of(shape);
    float[] values = new float[(int) of.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() + mean);
    }
    return Tensor.of(of, values);
  }

  private static Tensor positive(long seed, long... shape) {
    float[] values = noise(seed, 0, shape).toFloatArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f + Math.abs(values[i]);
    }
    return Tensor.of(Shape.of(shape), values);
  }

  private static Operation.Conv2d conv(long seed, int out, int in, int stride) {
    return Operation.Conv2d.dense(
        noise(seed, 0, out, in, 3, 3), Optional.empty(), ConvGeometry.of(stride, 1));
  }

  private static Operation.BatchNorm norm(long seed, int features) {
    return new Operation.BatchNorm(
        positive(seed, features),
        noise(seed + 1, 0, features),
        noise(seed + 2, 0, features),
        positive(seed + 3, features),
        1e-5f);
  }

  /** Two branches, batch norms, a fused ReLU and a layer at the end. */
  private static Graph network() {
    Graph.Builder g = Graph.builder();
    String x = g.input("x", Shape.of(2, 8, 8));
    x = g.add("first", conv(1, 8, 2, 1), x);
    x = g.add("norm", norm(2, 8), x);
    x = g.add("relu", new Operation.Relu(), x);
    String y = g.add("body", conv(3, 8, 8, 1), x);
    y = g.add("bodyNorm", norm(4, 8), y);
    x = g.add("sum", new Operation.Add(), x, y);
    Operation.Product down = conv(5, 16, 8, 2);
    x = g.add("down", down.with(down.values(), bias(6, 16), PostOp.RELU), x);
    x = g.add("flat", new Operation.Flatten(), x);
    x = g.add("hidden", Operation.Linear.dense(noise(7, 0, 12, 256), bias(8, 12)), x);
    x = g.add("hiddenRelu", new Operation.Relu(), x);
    x = g.add("last", Operation.Linear.dense(noise(9, 0, 4, 12), Optional.empty()), x);
    return g.output(x).build();
  }

  private static Optional<Tensor> bias(long seed, int features) {
    return Optional.of(noise(seed, 0, features));
  }

  private static float[] run(Graph graph, String output, Tensor x) {
    var part =
        new Graph(
            graph.inputs(), graph.nodes(), List.of(output), dev.ternary.nn.graph.ModelInfo.none());
    try (Model model = Model.of(part)) {
      return model.predict(x).toFloatArray();
    }
  }

  /** {@code |found - meant|^2 / |meant|^2}, by hand. */
  private static double error(float[] found, float[] meant) {
    double error = 0;
    double square = 0;
    for (int i = 0; i < meant.length; i++) {
      error += (found[i] - (double) meant[i]) * (found[i] - (double) meant[i]);
      square += meant[i] * (double) meant[i];
    }
    return error / square;
  }

  @Test
  void aFittedNetworkComesNearerToTheFloatOneAndNoLayerGoesAway() {
    Graph graph = network();
    Tensor samples = noise(20, 0.3, 40, 2, 8, 8);
    QuantizeOptions options = QuantizeOptions.defaults();
    QuantizedGraph plain = GraphQuantizer.quantize(graph, options);
    QuantizedGraph fitted = GraphQuantizer.calibrate(graph, samples, options);
    assertThat(fitted.kept()).containsExactly("first", "last");
    assertThat(fitted.layers())
        .extracting(LayerReport::layer)
        .containsExactly("body", "down", "hidden");
    for (LayerReport layer : fitted.layers()) {
      var outputs = layer.outputs().orElseThrow();
      assertThat(outputs.after()).as(layer.layer()).isLessThan(outputs.before());
    }
    float[] meant = run(graph, "last", samples);
    double before = error(run(plain.graph(), "last", samples), meant);
    assertThat(error(run(fitted.graph(), "last", samples), meant)).isLessThan(before / 2);
    Tensor others = noise(21, 0.3, 40, 2, 8, 8);
    float[] meantOfOthers = run(graph, "last", others);
    assertThat(error(run(fitted.graph(), "last", others), meantOfOthers))
        .isLessThan(error(run(plain.graph(), "last", others), meantOfOthers));
  }

  /** One layer without a bias, all of whose places are looked at. */
  @Test
  void theErrorsThatItReportsAreThoseOfTheOutputs() {
    var grouped = new ConvGeometry(2, 1, 1, 2, 1, 2, 2);
    for (Operation layer :
        List.of(
            Operation.Conv2d.dense(noise(1, 0, 6, 2, 3, 2), Optional.empty(), grouped),
            Operation.Conv2d.dense(
                noise(2, 0, 4, 1, 3, 3), Optional.empty(), ConvGeometry.of(1, 0).withGroups(4)))) {
      Graph graph = Graph.sequence(Shape.of(4, 7, 5), layer);
      Tensor samples = noise(3, 0.5, 30, 4, 7, 5);
      float[] meant = run(graph, "0", samples);
      QuantizedGraph fitted = GraphQuantizer.calibrate(graph, samples, EXACT);
      var outputs = fitted.layers().getFirst().outputs().orElseThrow();
      double plain = error(run(GraphQuantizer.quantize(graph, EXACT).graph(), "0", samples), meant);
      assertThat(outputs.before()).isCloseTo(plain, within(1e-5));
      assertThat(outputs.after())
          .isCloseTo(error(run(fitted.graph(), "0", samples), meant), within(1e-5))
          .isLessThan(plain);
    }
  }

  @Test
  void aBiasTakesUpTheMeanError() {
    Graph graph =
        Graph.sequence(Shape.of(3, 20), Operation.Linear.dense(noise(1, 0, 5, 20), bias(2, 5)));
    Tensor samples = noise(3, 2, 50, 3, 20);
    float[] meant = run(graph, "0", samples);
    float[] found = run(GraphQuantizer.calibrate(graph, samples, EXACT).graph(), "0", samples);
    for (int feature = 0; feature < 5; feature++) {
      double sum = 0;
      for (int i = feature; i < meant.length; i += 5) {
        sum += found[i] - meant[i];
      }
      assertThat(sum * 5 / meant.length).isCloseTo(0, within(1e-4));
    }
  }

  @Test
  void weightsThatAreTernaryAlreadyAreFoundAgainAndBatchNormsStay() {
    Graph graph = network();
    Graph ternary =
        GraphQuantizer.quantize(graph, QuantizeOptions.defaults().keeping(false, false)).graph();
    Graph dense = ternary.mapWeights(weights -> new Weights.Dense(weights.toDense()));
    QuantizedGraph again = GraphQuantizer.calibrate(dense, noise(22, 0, 7, 2, 8, 8), EXACT);
    for (int i = 0; i < dense.nodes().size(); i++) {
      Operation meant = dense.nodes().get(i).operation();
      Operation found = again.graph().nodes().get(i).operation();
      meant
          .weights()
          .ifPresent(weights ->
              assertThat(found.weights().orElseThrow().toDense().toFloatArray())
                  .containsExactly(weights.toDense().toFloatArray(), within(1e-3f)));
      if (meant instanceof Operation.BatchNorm norm) {
        var moved = (Operation.BatchNorm) found;
        assertThat(moved.mean().toFloatArray())
            .containsExactly(norm.mean().toFloatArray(), within(2e-3f));
        assertThat(moved.variance().toFloatArray())
            .containsExactly(norm.variance().toFloatArray(), within(2e-3f));
      }
    }
    for (LayerReport layer : again.layers()) {
      assertThat(layer.outputs().orElseThrow().after()).isLessThan(1e-5);
    }
  }

  @Test
  void aBatchNormTakesItsStatisticsFromTheSamples() {
    Graph graph = network();
    Tensor samples = noise(23, 0, 30, 2, 8, 8);
    Graph fitted = GraphQuantizer.calibrate(graph, samples, EXACT).graph();
    for (String name : List.of("norm", "bodyNorm")) {
      double[][] found = moments(run(fitted, name, samples), 8, 64);
      var norm = (Operation.BatchNorm) layer(graph, name);
      for (int f = 0; f < 8; f++) {
        float gamma = norm.gamma().getFloat(f);
        assertThat(found[f][0]).isCloseTo(norm.beta().getFloat(f), within(2e-3));
        assertThat(found[f][1]).isCloseTo(gamma * gamma, within(2e-3 * (1 + gamma * gamma)));
      }
    }
  }

  @Test
  void fewSamplesLeaveTheOutputOfABatchNormTheMeanAndVarianceThatItHas() {
    Graph graph = network();
    Tensor samples = noise(23, 0, 7, 2, 8, 8);
    Graph fitted = GraphQuantizer.calibrate(graph, samples, EXACT).graph();
    for (String name : List.of("norm", "bodyNorm")) {
      double[][] meant = moments(run(graph, name, samples), 8, 64);
      double[][] found = moments(run(fitted, name, samples), 8, 64);
      for (int f = 0; f < 8; f++) {
        assertThat(found[f][0]).isCloseTo(meant[f][0], within(2e-3));
        assertThat(found[f][1]).isCloseTo(meant[f][1], within(2e-3 * (1 + meant[f][1])));
      }
    }
  }

  private static double[][] moments(float[] values, int features, int each) {
    double[][] moments = new double[features][2];
    double count = (double) values.length / features;
    for (int i = 0; i < values.length; i++) {
      moments[i / each % features][0] += values[i] / count;
    }
    for (int i = 0; i < values.length; i++) {
      double[] m = moments[i / each % features];
      m[1] += (values[i] - m[0]) * (values[i] - m[0]) / count;
    }
    return moments;
  }

  @Test
  void anyNumberOfThreadsGivesTheSameGraph() {
    Graph graph = network();
    Tensor samples = noise(24, 0, 20, 2, 8, 8);
    List<List<float[]>> found = new ArrayList<>();
    for (int threads : new int[] {1, 3}) {
      try (Parallelism parallelism = Parallelism.always(threads)) {
        QuantizeOptions options =
            QuantizeOptions.defaults().with(ModelOptions.defaults().withParallelism(parallelism));
        Graph fitted = GraphQuantizer.calibrate(graph, samples, options).graph();
        found.add(
            fitted.nodes().stream()
                .flatMap(node -> node.operation().weights().stream())
                .map(weights -> weights.toDense().toFloatArray())
                .toList());
      }
    }
    for (int i = 0; i < found.getFirst().size(); i++) {
      assertThat(found.getFirst().get(i)).containsExactly(found.getLast().get(i));
    }
  }

  @Test
  void optionsChooseLayersPackingAndActivationsAndProgressIsTold() {
    var told = new ArrayList<String>();
    QuantizeOptions options =
        EXACT
            .with(Quantizer.twn().perRow().packed(Packing.base243()))
            .skipping(List.of(new NamePattern("bo*"), new NamePattern("last.weight")))
            .with((done, of, layer) -> told.add(done + "/" + of + " " + layer));
    Graph graph = network();
    for (QuantizedGraph result :
        List.of(
            GraphQuantizer.quantize(graph, options),
            GraphQuantizer.calibrate(graph, noise(25, 0, 4, 2, 8, 8), options))) {
      assertThat(result.kept()).containsExactly("body", "last");
      for (Node node : result.graph().nodes()) {
        boolean ternary = List.of("first", "down", "hidden").contains(node.name());
        assertThat(node.operation().weights().filter(Weights.Ternary.class::isInstance).isPresent())
            .as(node.name())
            .isEqualTo(ternary);
      }
      var hidden = (Weights.Ternary) layer(result.graph(), "hidden").weights().orElseThrow();
      assertThat(hidden.activations()).isEqualTo(Activations.FLOAT32);
      assertThat(hidden.values().matrix().packing()).isEqualTo(Packing.base243());
    }
    assertThat(told).hasSize(11).startsWith("1/11 first").endsWith("11/11 last");
  }

  private static Operation layer(Graph graph, String name) {
    return graph.nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow()
        .operation();
  }

  @Test
  void refusesWhatItCannotFit() {
    Graph graph = network();
    Tensor samples = noise(26, 0, 4, 2, 8, 8);
    QuantizeOptions options = QuantizeOptions.defaults();
    assertThatThrownBy(
            () -> GraphQuantizer.calibrate(graph, samples, options.with(Quantizer.optimal())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one scale a row, got a quantizer with scales");
    assertThatThrownBy(
            () -> GraphQuantizer.quantize(graph, options.skipping(List.of(new NamePattern("*")))))
        .hasMessage(
            "no layer would become ternary: those to skip and the first and last ones to keep are"
                + " all that have float weights, first, body, down, hidden, last");
    assertThatThrownBy(() -> GraphQuantizer.calibrate(graph, Map.of("z", samples), options))
        .hasMessage("expected samples for the inputs [x], got [z]");
    assertThatThrownBy(() -> GraphQuantizer.calibrate(graph, noise(1, 0, 4, 2, 8, 9), options))
        .hasMessageStartingWith("input 'x': ");
    assertThatThrownBy(
            () -> GraphQuantizer.calibrate(graph, Tensor.of(Shape.of(0, 2, 8, 8)), options))
        .hasMessage(
            "input 'x': expected at least one sample and as many as the others, got [0, 2, 8, 8]");
  }
}
