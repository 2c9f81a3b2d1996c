package dev.ternary.pytorch.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.Model;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.nn.graph.Weights;
import dev.ternary.nn.quantize.GraphQuantizer;
import dev.ternary.nn.quantize.QuantizeOptions;
import dev.ternary.nn.zoo.Architectures;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchBackendTest {

  /** Of the largest output, for sums in another order. */
  private static final float BOUND = 2e-5f;

  /**
   * Where such a sum decides to which of 127 steps an activation is rounded: one that goes the
   * other way moves those behind it, until after many layers both differ as much as rounding itself
   * does.
   */
  private static final float ROUNDED = 0.15f;

  /** Every kind of network of the zoo but VGG, whose operations others have and whose size not. */
  @ParameterizedTest
  @CsvSource({
    "cifar-resnet20,16",
    "resnet18,40",
    "resnet50,33",
    "resnext50_32x4d,32",
    "mobilenet_v2,48",
    "efficientnet_b0,37"
  })
  void givesWhatOurProcessorBackendGives(String name, int size) {
    Graph graph = Architectures.random(name, size, 7, new SplittableRandom(5));
    check(graph, BOUND);
    Graph ternary =
        GraphQuantizer.quantize(graph, QuantizeOptions.defaults().with(Activations.FLOAT32))
            .graph();
    check(ternary, BOUND);
    check(ternary.withActivations(Activations.INT8), ROUNDED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "mlp-gelu", "mlp-silu", "mlp-tanh", "mlp-sigmoid"})
  void givesWhatOurProcessorBackendGivesForPerceptrons(String name) {
    var random = new SplittableRandom(1);
    var weights = new LinkedHashMap<String, Tensor>();
    weights.put("a.weight", floats(random, 20, 30));
    weights.put("b.weight", floats(random, 10, 20));
    weights.put("b.bias", floats(random, 10));
    Graph graph = Architectures.graph(name, StateDict.of(weights));
    check(graph, BOUND);
    check(GraphQuantizer.quantize(graph, QuantizeOptions.defaults()).graph(), BOUND);
  }

  /** One rounding of the same numbers: no sum decides it. */
  @Test
  void roundsImagesAndTokensAsTheKernelsDo() {
    var random = new SplittableRandom(4);
    var options = QuantizeOptions.defaults().keeping(false, false);
    for (int groups : new int[] {1, 2, 6}) {
      var conv =
          Operation.Conv2d.dense(
              floats(random, 12, 6 / groups, 3, 3),
              Optional.of(floats(random, 12)),
              ConvGeometry.of(2, 1).withGroups(groups));
      Graph graph = Graph.sequence(Shape.of(6, 11, 9), conv);
      check(GraphQuantizer.quantize(graph, options).graph(), BOUND);
    }
    var linear = Operation.Linear.dense(floats(random, 5, 8), Optional.empty());
    for (Shape shape : List.of(Shape.of(8), Shape.of(3, 8), Shape.of(2, 3, 8))) {
      check(GraphQuantizer.quantize(Graph.sequence(shape, linear), options).graph(), BOUND);
    }
  }

  /** By hand: [1 -1] and [0 1] times 2 and 3 of [5 7] are [-4 21]; ReLU takes the first away. */
  @Test
  void computesWithTritsTimesScales() {
    TernaryMatrix w =
        TernaryMatrix.pack(2, 2, new byte[] {1, -1, 0, 1}, Packing.twoBit(), Scales.perRow(2, 3));
    var linear =
        new Operation.Linear(
            new Weights.Ternary(TernaryTensor.of(w), Activations.FLOAT32),
            Optional.empty(),
            Operation.PostOp.RELU);
    Graph graph = Graph.sequence(Shape.of(2), linear);
    assertThat(torch(graph, TorchLayout.CHANNELS_FIRST, List.of(Tensor.of(Shape.of(1, 2), 5f, 7f))))
        .containsExactly(new float[] {0, 21});
  }

  /** By hand: 127 steps of 12.7 / 127 are 0.1, so that 0.26 becomes 0.3 and -0.04 becomes 0. */
  @Test
  void roundsWhatEntersAProductWithInt8Activations() {
    TernaryMatrix w = TernaryMatrix.pack(2, 3, new byte[] {0, 1, 0, 0, 0, 1});
    Graph graph =
        Graph.sequence(
            Shape.of(3), Operation.Linear.ternary(w, Optional.empty(), Activations.INT8));
    float[] y =
        torch(
                graph,
                TorchLayout.CHANNELS_FIRST,
                List.of(Tensor.of(Shape.of(1, 3), 12.7f, 0.26f, -0.04f)))
            .getFirst();
    assertThat(y[0]).isCloseTo(0.3f, within(1e-6f));
    assertThat(y[1]).isZero();
    assertThatThrownBy(() ->
            torch(
                graph,
                TorchLayout.CHANNELS_FIRST,
                List.of(Tensor.of(Shape.of(1, 3), 1f, Float.NaN, 0f))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "layer 0 (TernaryLinear): activations that are rounded to int8 must be finite, found"
                + " NaN");
  }

  @Test
  void namesTheLayerWhoseIndexIsNoRow() {
    var table = new Operation.Embedding(new Weights.Dense(Tensor.of(Shape.of(2, 1), 1f, 2f)));
    Graph graph = Graph.sequence(Shape.of(1), table);
    assertThatThrownBy(
            () -> torch(graph, TorchLayout.CHANNELS_FIRST, List.of(Tensor.of(Shape.of(1, 1), 2f))))
        .hasMessage(
            "layer 0 (Embedding): index 2.0 at place 0, expected whole numbers from 0 to 1");
  }

  @Test
  void aRunLeavesNoArrayBehind() {
    Graph graph = EveryOperation.graph();
    try (PreparedGraph prepared = new TorchBackend().prepare(graph)) {
      var manager = ((TorchGraph) prepared).manager();
      try (PlannedRun run =
          prepared.sized(shapes(inputs(graph, 2))).plan(2, Parallelism.single())) {
        run.run();
        int before = manager.getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
          run.run();
        }
        assertThat(manager.getManagedArrays()).hasSize(before);
      }
    }
  }

  @Test
  void everyOperationGivesWhatOurProcessorBackendGives() {
    Graph graph = EveryOperation.graph();
    var there = new TreeSet<String>();
    graph.nodes().forEach(node -> there.add(node.operation().getClass().getSimpleName()));
    var all = new TreeSet<String>();
    for (Class<?> type : Operation.class.getPermittedSubclasses()) {
      if (type.isSealed()) {
        Stream.of(type.getPermittedSubclasses()).forEach(each -> all.add(each.getSimpleName()));
      } else {
        all.add(type.getSimpleName());
      }
    }
    assertThat(there).isEqualTo(all);
    check(graph, BOUND);
  }

  @Test
  void refusesARunThatIsClosed() {
    Graph graph = Graph.sequence(Shape.of(1), new Operation.Relu());
    try (PreparedGraph prepared = new TorchBackend().prepare(graph)) {
      PlannedRun run = prepared.sized(List.of(Shape.of(1))).plan(1, Parallelism.single());
      run.close();
      assertThatThrownBy(run::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the run is closed");
    }
  }

  /** Both layouts against our own, with two samples. */
  private static void check(Graph graph, float bound) {
    List<Tensor> inputs = inputs(graph, 2);
    var named = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < inputs.size(); i++) {
      named.put(graph.inputs().get(i).name(), inputs.get(i));
    }
    Map<String, Tensor> expected;
    try (Model model = Model.of(graph)) {
      expected = model.run(named);
    }
    for (TorchLayout layout : TorchLayout.values()) {
      List<float[]> found = torch(graph, layout, inputs);
      int output = 0;
      for (Map.Entry<String, Tensor> each : expected.entrySet()) {
        requireNear(each.getKey() + ", " + layout, each.getValue(), found.get(output++), bound);
      }
    }
  }

  private static void requireNear(String what, Tensor wanted, float[] found, float bound) {
    float[] expected = wanted.toFloatArray();
    float largest = 0;
    float worst = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      worst = Math.max(worst, Math.abs(expected[i] - found[i]));
    }
    assertThat(found).as(what).hasSize(expected.length);
    assertThat(worst / Math.max(largest, 1e-3f)).as(what).isLessThan(bound);
  }

  private static List<Shape> shapes(List<Tensor> inputs) {
    return inputs.stream()
        .map(x -> Shape.of(Arrays.copyOfRange(x.shape().toArray(), 1, x.shape().rank())))
        .toList();
  }

  private static List<float[]> torch(Graph graph, TorchLayout layout, List<Tensor> inputs) {
    int samples = (int) inputs.getFirst().shape().dim(0);
    List<float[]> results = new ArrayList<>();
    try (PreparedGraph prepared = new TorchBackend(layout).prepare(graph);
        PlannedRun run = prepared.sized(shapes(inputs)).plan(samples, Parallelism.single())) {
      for (int i = 0; i < inputs.size(); i++) {
        FloatMatrix to = run.input(i);
        to.values().copyFrom(MemorySegment.ofArray(inputs.get(i).toFloatArray()));
      }
      run.run();
      run.run(); // the second finds what the first left
      for (int i = 0; i < graph.outputs().size(); i++) {
        results.add(run.output(i).toArray());
      }
    }
    return results;
  }

  private static List<Tensor> inputs(Graph graph, int samples) {
    var random = new SplittableRandom(9);
    List<Tensor> inputs = new ArrayList<>();
    for (Input input : graph.inputs()) {
      long[] dims = input.dims().most().toArray();
      long[] batch = new long[dims.length + 1];
      batch[0] = samples;
      System.arraycopy(dims, 0, batch, 1, dims.length);
      Shape shape = Shape.of(batch);
      float[] values = new float[(int) shape.elements()];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            input.name().startsWith("index")
                ? random.nextInt(3)
                : input.name().startsWith("mask")
                    ? random.nextInt(2)
                    : (float) random.nextGaussian();
      }
      inputs.add(Tensor.of(shape, values));
    }
    return inputs;
  }

  private static Tensor floats(SplittableRandom random, long... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }
}
