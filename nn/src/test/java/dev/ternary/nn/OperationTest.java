package dev.ternary.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.ternary.formats.IfExists;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.Goldens.Case;
import dev.ternary.nn.graph.Dim;
import dev.ternary.nn.graph.Dims;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What moves elements or takes several values, against PyTorch; see {@code operations.py}. */
class OperationTest {

  private static final Map<String, Case> CASES = Goldens.all("operations.txt");

  static List<String> cases() {
    return CASES.keySet().stream().toList();
  }

  private static Operation operation(Case c) {
    String kind = c.name().replaceFirst("_.*", "");
    return switch (kind) {
      case "sigmoid" -> new Operation.Sigmoid();
      case "tanh" -> new Operation.Tanh();
      case "clip" -> new Operation.Clip(-1, 6);
      case "transpose" -> new Operation.Transpose(list(c.ints("order")));
      case "slice" -> {
        int[] s = c.ints("slice");
        yield new Operation.Slice(s[0], s[1], s[2], s[3]);
      }
      case "reshape" -> new Operation.Reshape(list(c.ints("dims")));
      case "concat" -> new Operation.Concat(c.ints("axis")[0]);
      case "reduce" ->
          new Operation.Reduce(
              Operation.Reduce.Kind.valueOf(
                  c.name().split("_", -1)[1].toUpperCase(java.util.Locale.ROOT)),
              c.ints("axis")[0],
              c.ints("keep")[0] == 1);
      case "add" -> new Operation.Add();
      case "multiply" -> new Operation.Multiply();
      case "matmul" -> new Operation.MatMul(c.ints("transposed")[0] == 1);
      case "attention" ->
          new Operation.Attention(c.ints("heads")[0], c.ints("heads")[1], c.ints("causal")[0] == 1);
      case "rope" ->
          new Operation.Rope(
              c.ints("head")[0],
              c.ints("theta")[0],
              c.ints("halves")[0] == 1
                  ? Operation.Rope.Pairing.HALVES
                  : Operation.Rope.Pairing.NEIGHBOURS);
      case "embedding" -> new Operation.Embedding(new Weights.Dense(c.tensor("table")));
      default -> throw new AssertionError(c.name());
    };
  }

  private static Tensor get(Map<String, Tensor> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  private static List<Integer> list(int[] values) {
    return IntStream.of(values).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computesWhatPyTorchComputes(String name) {
    Case c = Objects.requireNonNull(CASES.get(name));
    Graph.Builder builder = Graph.builder();
    var inputs = new LinkedHashMap<String, Tensor>();
    for (String key : c.tensors().keySet()) {
      if (key.startsWith("x")) {
        Tensor x = c.tensor(key);
        long[] dims = x.shape().toArray();
        builder.input(key, Shape.of(Arrays.copyOfRange(dims, 1, dims.length)));
        inputs.put(key, x);
      }
    }
    builder.add("y", operation(c), inputs.keySet().toArray(String[]::new));
    Tensor expected = c.tensor("y");
    try (Parallelism two = Parallelism.always(2);
        Model model =
            Model.of(builder.output("y").build(), ModelOptions.defaults().withParallelism(two))) {
      Tensor y = get(model.run(inputs), "y");
      assertThat(y.shape()).isEqualTo(expected.shape());
      for (long i = 0; i < expected.shape().elements(); i++) {
        // Sums of at most 7 products of normal numbers, and float32 angles up to 900.
        float most = 3e-6f * Math.max(1, Math.abs(expected.getFloat(i)));
        assertThat(y.getFloat(i))
            .as("%s %d", name, i)
            .isCloseTo(expected.getFloat(i), within(most));
      }
    }
  }

  @Test
  void anEmbeddingTakesTernaryAndInt8Tables() {
    TernaryMatrix trits =
        TernaryMatrix.pack(
            2, 3, new byte[] {1, 0, -1, -1, -1, 1}, Packing.base243(), Scales.perRow(2, 3));
    var ternary = new Weights.Ternary(TernaryTensor.of(trits), Activations.FLOAT32);
    assertThat(predict(new Operation.Embedding(ternary), 1, 0))
        .containsExactly(-3, -3, 3, 2, 0, -2);
    var int8 =
        new Weights.Int8(
            Tensor.of(Shape.of(2, 3), new byte[] {127, -128, 0, 1, 2, 3}),
            Tensor.of(Shape.of(2), 0.5f, 10f));
    assertThat(predict(new Operation.Embedding(int8), 0, 1))
        .containsExactly(63.5f, -64, 0, 10, 20, 30);
  }

  private static float[] predict(Operation operation, float... x) {
    try (Model model = Model.of(Graph.sequence(Shape.of(x.length), operation))) {
      return model.predict(x);
    }
  }

  @Test
  void anEmbeddingRefusesWhatIsNoRow() {
    var table = new Operation.Embedding(new Weights.Dense(Tensor.of(Shape.of(2, 1), 1f, 2f)));
    for (float wrong : new float[] {2, -1, 0.5f, Float.MAX_VALUE}) {
      assertThatThrownBy(() -> predict(table, 0, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "layer 0 (Embedding): index "
                  + wrong
                  + " at place 1, expected whole numbers from 0 to 1");
    }
    assertThatThrownBy(() -> predict(table, 0, Float.NaN))
        .hasMessage("the input must be finite, got NaN in sample 0 at index [1]");
  }

  @Test
  void int8WeightsMultiplyAsTheirScaledValues() {
    var int8 =
        new Weights.Int8(
            Tensor.of(Shape.of(2, 2), new byte[] {1, -2, 100, 3}),
            Tensor.of(Shape.of(2), 0.5f, 2f));
    assertThat(predict(new Operation.Linear(int8, Optional.empty()), 10, 1))
        .containsExactly(4, 2006);
  }

  @Test
  void eachRunChoosesTheSizeOfAFreeDimension() {
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Dims.of(Dim.free("tokens", 1, 6), Dim.fixed(2)));
    TernaryMatrix w = TernaryMatrix.pack(1, 2, new byte[] {1, -1});
    String y =
        builder.add("y", Operation.Linear.ternary(w, Optional.empty(), Activations.FLOAT32), x);
    Graph graph =
        builder
            .output(y)
            .output(
                builder.add("sum", new Operation.Reduce(Operation.Reduce.Kind.SUM, 0, false), y))
            .build();
    assertThat(graph).hasToString("graph of 2 layers, x [tokens, 2] to y [6, 1], sum [1]");
    try (Model model = Model.of(graph)) {
      for (int tokens = 1; tokens <= 6; tokens++) {
        float[] values = new float[2 * 2 * tokens];
        for (int i = 0; i < values.length; i += 2) {
          values[i] = i;
          values[i + 1] = 1;
        }
        Map<String, Tensor> results =
            model.run(Map.of("x", Tensor.of(Shape.of(2, tokens, 2), values)));
        assertThat(results.keySet()).containsExactly("y", "sum");
        assertThat(get(results, "y").shape()).isEqualTo(Shape.of(2, tokens, 1));
        // y[i] = 2 i - 1 over both samples; sums of the halves
        float n = tokens;
        assertThat(get(results, "sum").toFloatArray())
            .containsExactly(n * (n - 1) - n, n * (3 * n - 1) - n);
      }
      assertThatThrownBy(() -> model.run(Map.of("x", Tensor.of(Shape.of(1, 7, 2), new float[14]))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("input 'x': expected [tokens, 2], tokens from 1 to 6, got [7, 2]");
      assertThatThrownBy(() -> model.run(Map.of("z", Tensor.of(Shape.of(1), 1f))))
          .hasMessage("expected the inputs [x], got [z]");
      assertThatThrownBy(() -> model.predict(new float[2]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Model.run takes and gives values by name");
    }
  }

  /**
   * Every operation that takes a free dimension: a batch of short samples gives what each gives.
   */
  @Test
  void operationsTakeTheSizeThatARunHas() {
    Dims dims = Dims.of(Dim.free("t", 1, 8), Dim.fixed(4));
    var free = new LinkedHashMap<String, Operation>();
    free.put("softmax over it", new Operation.Transpose(List.of(1, 0)));
    free.put("norm", new Operation.RmsNorm(Tensor.of(Shape.of(4), 1f, 2f, 3f, 4f), 1e-5f));
    free.put("reduce", new Operation.Reduce(Operation.Reduce.Kind.MEAN, 0, true));
    free.put("last", new Operation.Slice(0, -1, Integer.MAX_VALUE, 1));
    free.put("reshape", new Operation.Reshape(List.of(-1, 2)));
    free.put("rope", new Operation.Rope(2, 10, Operation.Rope.Pairing.HALVES));
    free.put("flat", new Operation.Flatten());
    free.forEach((name, operation) -> {
      Graph.Builder builder = Graph.builder();
      String first = builder.add("first", operation, builder.input("x", dims));
      String last = builder.add("last", new Operation.Softmax(), first);
      try (Model model = Model.of(builder.output(last).output(first).build())) {
        float[] values = new float[2 * 3 * 4];
        for (int i = 0; i < values.length; i++) {
          values[i] = i / 12 * 7 + i % 5;
        }
        Map<String, Tensor> both = model.run(Map.of("x", Tensor.of(Shape.of(2, 3, 4), values)));
        for (int sample = 0; sample < 2; sample++) {
          float[] one = Arrays.copyOfRange(values, 12 * sample, 12 * sample + 12);
          Map<String, Tensor> alone = model.run(Map.of("x", Tensor.of(Shape.of(1, 3, 4), one)));
          for (String output : List.of("first", "last")) {
            assertThat(get(both, output).slice(sample, sample + 1).toFloatArray())
                .as("%s of %s", output, name)
                .isEqualTo(get(alone, output).toFloatArray());
          }
        }
        Tensor shares = get(both, "last");
        int cols = (int) shares.shape().dim(shares.shape().rank() - 1);
        float[] share = shares.toFloatArray();
        for (int row = 0; row < share.length; row += cols) {
          float sum = 0;
          for (int i = 0; i < cols; i++) {
            sum += share[row + i];
          }
          assertThat(sum).as(name).isCloseTo(1, within(1e-6f));
        }
      }
    });
  }

  @Test
  void freeDimensionsOfOneNameHaveOneSize() {
    Graph.Builder builder = Graph.builder();
    Dims dims = Dims.of(Dim.free("tokens", 1, 6));
    String sum =
        builder.add("sum", new Operation.Add(), builder.input("a", dims), builder.input("b", dims));
    try (Model model = Model.of(builder.output(sum).build())) {
      Tensor three = Tensor.of(Shape.of(1, 3), 1f, 2f, 3f);
      assertThat(get(model.run(Map.of("a", three, "b", three)), "sum").toFloatArray())
          .containsExactly(2, 4, 6);
      assertThatThrownBy(() -> model.run(Map.of("a", three, "b", Tensor.of(Shape.of(1, 1), 1f))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("input 'b': expected [tokens] with {tokens=3}");
      assertThatThrownBy(
              () -> model.run(Map.of("a", three, "b", Tensor.of(Shape.of(2, 3), new float[6]))))
          .hasMessage(
              "input 'b': expected [samples, ...] with as many samples as the others, got [2, 3]");
    }
  }

  @Test
  void valuesThatAreReadAgainAreNotWrittenOver() {
    // x is read by both activations, after each other, and at the end once more.
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Shape.of(4));
    String relu = builder.add("relu", new Operation.Relu(), x);
    String flat = builder.add("flat", new Operation.Reshape(List.of(2, 2)), x);
    String clip = builder.add("clip", new Operation.Clip(-1, 1), flat);
    String back = builder.add("back", new Operation.Flatten(), clip);
    String sum = builder.add("sum", new Operation.Add(), relu, back);
    String all = builder.add("all", new Operation.Add(), sum, x);
    Graph graph = builder.output(all).output(relu).output(x).build();
    try (Model model = Model.of(graph)) {
      for (int round = 0; round < 2; round++) {
        Map<String, Tensor> results =
            model.run(Map.of("x", Tensor.of(Shape.of(1, 4), -3f, -0.5f, 0.5f, 3f)));
        assertThat(get(results, "all").toFloatArray()).containsExactly(-4, -1, 1.5f, 7);
        assertThat(get(results, "relu").toFloatArray()).containsExactly(0, 0, 0.5f, 3);
        assertThat(get(results, "x").toFloatArray()).containsExactly(-3, -0.5f, 0.5f, 3);
      }
    }
  }

  @Test
  void aConstantIsTheSameForEachSampleAndStaysAsItIs() {
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Shape.of(2));
    String c = builder.add("c", new Operation.Constant(Tensor.of(Shape.of(2), 10f, -20f)));
    String sum = builder.add("sum", new Operation.Add(), c, x);
    String relu = builder.add("relu", new Operation.Relu(), c);
    Graph graph = builder.output(sum).output(relu).output(c).build();
    try (Model model = Model.of(graph)) {
      for (int round = 0; round < 2; round++) {
        Map<String, Tensor> y = model.run(Map.of("x", Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, 4f)));
        assertThat(get(y, "sum").toFloatArray()).containsExactly(11, -18, 13, -16);
        assertThat(get(y, "relu").toFloatArray()).containsExactly(10, 0, 10, 0);
        assertThat(get(y, "c").toFloatArray()).containsExactly(10, -20, 10, -20);
      }
    }
  }

  @Test
  void aModelKeepsItsConstantsWhenTheFileIsClosed(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("model.safetensors");
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Shape.of(2));
    String c = builder.add("c", new Operation.Constant(Tensor.of(Shape.of(2), 10f, -20f)));
    builder
        .output(builder.add("sum", new Operation.Add(), c, x))
        .build()
        .save(path, IfExists.REFUSE);
    Model model;
    try (GraphFile file = GraphFile.open(path)) {
      model = Model.of(file.graph());
    }
    try (model) {
      assertThat(model.predict(new float[] {1, 2})).containsExactly(11, -18);
    }
  }

  @Test
  void aLongChainIsFoldedInNoTime() {
    // 20 000 pairs; a step that grows with the length of the graph would take a minute.
    Operation linear = Operation.Linear.dense(Tensor.of(Shape.of(1, 1), 1f), Optional.empty());
    List<Operation> chain = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      chain.add(linear);
      chain.add(new Operation.Relu());
    }
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          try (Model model = Model.of(Graph.sequence(Shape.of(1), chain))) {
            assertThat(model.predict(new float[] {3})).containsExactly(3);
          }
        });
  }

  @Test
  void sharedWeightsStaySharedWhenRepacked() {
    var weights =
        new Weights.Ternary(
            TernaryTensor.of(TernaryMatrix.pack(2, 2, new byte[] {1, 0, -1, 1})),
            Activations.FLOAT32);
    Graph repacked =
        Graph.sequence(
                Shape.of(2),
                new Operation.Linear(weights, Optional.empty()),
                new Operation.Linear(weights, Optional.empty()))
            .repack(Packing.base243());
    List<Object> tensors =
        repacked.nodes().stream()
            .map(node -> (Object) ((Weights.Ternary) node.operation().weights().get()).values())
            .toList();
    assertThat(tensors.get(0)).isSameAs(tensors.get(1));
  }

  @Test
  void aConvolutionWantsImagesOfOneSize() {
    Graph.Builder builder = Graph.builder();
    String x = builder.input("x", Dims.of(Dim.fixed(1), Dim.free("height", 3, 9), Dim.fixed(3)));
    Tensor w = Tensor.of(Shape.of(1, 1, 3, 3), new float[9]);
    var conv =
        Operation.Conv2d.dense(w, Optional.empty(), dev.ternary.kernel.conv.ConvGeometry.of(1, 0));
    Graph graph = builder.output(builder.add("conv", conv, x)).build();
    assertThatThrownBy(() -> Model.of(graph).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "layer conv (Conv2d): a convolution runs on images of one size: make height and width"
                + " fixed, found up to [1, 9, 3]");
  }
}
