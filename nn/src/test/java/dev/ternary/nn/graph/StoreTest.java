package dev.ternary.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.file.OpenTensors;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.Model;
import dev.ternary.nn.ModelOptions;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {

  private static final String SILU =
      "{\"name\":\"4.body.1\",\"op\":\"Silu\",\"inputs\":[\"4.body.0\"]}";

  private static final Optional<Tensor> NO_BIAS = Optional.empty();

  @TempDir Path folder;

  @Test
  void loadsWhatItSaved() throws IOException {
    Path path = folder.resolve("model.safetensors");
    Graph graph = everyOperation();
    Map<String, float[]> expected;
    try (Model model = Model.of(graph)) {
      expected = floats(model.run(inputs(3)));
      graph.save(path, IfExists.REFUSE);
    }
    try (Model loaded = Model.load(path)) {
      assertThat(floats(loaded.run(inputs(3)))).usingRecursiveComparison().isEqualTo(expected);
      assertSameGraphs(loaded.graph(), graph);
      // A loaded model is saved from the mapped file, over that file.
      loaded.graph().save(path, IfExists.REPLACE);
      assertThat(floats(loaded.run(inputs(3)))).usingRecursiveComparison().isEqualTo(expected);
    }
    try (Model again = Model.load(path)) {
      assertThat(floats(again.run(inputs(3)))).usingRecursiveComparison().isEqualTo(expected);
    }
  }

  private static Map<String, float[]> floats(Map<String, Tensor> tensors) {
    var floats = new LinkedHashMap<String, float[]>();
    tensors.forEach((name, tensor) -> floats.put(name, tensor.toFloatArray()));
    assertThat(floats).hasSize(2);
    return floats;
  }

  /** Through the JSON of both: records over different memory are not equal. */
  private static void assertSameGraphs(Graph actual, Graph expected) {
    PackedModel a = toFile(actual);
    PackedModel e = toFile(expected);
    assertThat(a.architecture()).isEqualTo(e.architecture());
    assertThat(a.ternary()).isEqualTo(e.ternary());
    assertThat(a.plain().keySet()).isEqualTo(e.plain().keySet());
    a.plain().forEach((name, tensor) -> assertSame(tensor, e.plain().get(name)));
  }

  @Test
  void sharedWeightsAreStoredOnce() {
    PackedModel content = toFile(everyOperation());
    assertThat(content.plain()).containsKey("embedding.weight").doesNotContainKey("logits.weight");
  }

  @Test
  void keepsWhatInputsAndOutputsMean() throws IOException {
    Path path = folder.resolve("model.safetensors");
    var image =
        new ImageInput(
            1, 2, 3, 0, 1, ImageInput.Polarity.DARK_ON_BRIGHT, List.of(0.1307f), List.of(0.3081f));
    var info = new ModelInfo(Optional.of(image), List.of("cat", "dog, \u00e4 \"small\" one"));
    Operation linear = Operation.Linear.dense(tensor(new SplittableRandom(1), 2, 6), NO_BIAS);
    Graph.sequence(Shape.of(2, 3), new Operation.Flatten(), linear)
        .withInfo(info)
        .save(path, IfExists.REFUSE);
    try (GraphFile file = GraphFile.open(path)) {
      assertThat(file.graph().info()).isEqualTo(info);
    }
  }

  /** The file and its outputs are golden: see {@code MakeVersion1.java}. */
  @Test
  void loadsVersion1() throws IOException {
    Path golden = folder.resolve("version1.safetensors");
    for (String name : List.of("version1.safetensors", "version1-x.npy", "version1-y.npy")) {
      try (var in =
          Objects.requireNonNull(StoreTest.class.getResourceAsStream("/dev/ternary/nn/" + name))) {
        Files.copy(in, folder.resolve(name));
      }
    }
    try (NpyFile x = NpyFile.open(folder.resolve("version1-x.npy"));
        NpyFile y = NpyFile.open(folder.resolve("version1-y.npy"));
        Model model = Model.load(golden, ModelOptions.defaults().withKernel(Kernels.scalar()))) {
      assertThat(model.inputShape()).isEqualTo(Shape.of(2, 8, 8));
      assertThat(model.graph().nodes()).hasSize(19);
      // Its second convolution has float weights: sums of 36 products of numbers
      // from -1 to 1, in any order.
      float[] actual = model.predict(x.tensor()).toFloatArray();
      float[] expected = y.tensor().toFloatArray();
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(1e-6f));
      }
    }
  }

  private static PackedModel toFile(Graph graph) {
    return ArchitectureWriter.toFile(graph.inputs(), graph.nodes(), graph.outputs(), graph.info());
  }

  private static void assertSame(Tensor actual, @Nullable Tensor other) {
    Tensor expected = Objects.requireNonNull(other);
    assertThat(actual.dtype()).isEqualTo(expected.dtype());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.data().mismatch(expected.data())).isEqualTo(-1);
  }

  @Test
  void refusesToReplaceAFileUnlessTold() throws IOException {
    Path path = folder.resolve("model.safetensors");
    Graph one = Graph.sequence(Shape.of(1), new Operation.Relu());
    Graph two = Graph.sequence(Shape.of(2), new Operation.Relu());
    {
      one.save(path, IfExists.REFUSE);
      assertThatThrownBy(() -> two.save(path, IfExists.REFUSE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("model.safetensors");
      try (Model loaded = Model.load(path)) {
        assertThat(loaded.inputShape()).isEqualTo(Shape.of(1));
      }
    }
  }

  @Test
  void refusesToSaveOnceTheFileIsClosed() throws IOException {
    Path path = folder.resolve("model.safetensors");
    Operation linear =
        Operation.Linear.ternary(
            TernaryMatrix.pack(1, 1, new byte[] {1}), NO_BIAS, Activations.INT8);
    Graph.sequence(Shape.of(1), linear).save(path, IfExists.REFUSE);
    GraphFile file = GraphFile.open(path);
    file.close();
    assertThatThrownBy(() -> file.graph().save(folder.resolve("m"), IfExists.REFUSE))
        .isInstanceOf(IllegalStateException.class);
    assertThat(folder.resolve("m")).doesNotExist();
  }

  @Test
  void refusesWeightsWithoutAnArchitecture() throws IOException {
    Path path = folder.resolve("weights.safetensors");
    PackedModel content = toFile(everyOperation());
    PackedModelWriter.write(
        path,
        new PackedModel(content.ternary(), content.plain(), Optional.empty()),
        IfExists.REFUSE);
    assertThatThrownBy(() -> load(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("weights.safetensors at byte ")
        .hasMessageContaining("expected a model with its architecture, found weights alone");
  }

  @Test
  void namesWhatIsWrongWithAnArchitecture() throws IOException {
    String good = architecture();
    refused(good.replace("\"version\":2", "\"version\":3"))
        .hasMessageContaining("version 3 is unknown, expected 1 or 2");
    refused(good.replace("dev.ternary.nn", "other"))
        .hasMessageContaining("format must be 'dev.ternary.nn', got 'other'");
    refused(good.replace("\"Silu\"", "\"Mish\""))
        .hasMessageContaining("('Mish'): this type of layer is unknown");
    refused(good.replace("\"op\":\"Silu\"", "\"op\":\"Silu\",\"beta\":2"))
        .hasMessageContaining("layer '4.body.1' ('Silu'): ")
        .hasMessageContaining("field 'beta' is unknown");
    refused(good.replace("\"op\":\"Silu\",", "")).hasMessageContaining("field 'op' is missing");
    refused(good.replace(SILU, "7")).hasMessageContaining("must be an object, got the number '7'");
    refused(good.replace("\"0.weight\"", "\"99.weight\""))
        .hasMessageContaining("layer '0' ('Conv2d'): the file has no ternary tensor '99.weight'");
    refused(good.replace("\"1.gamma\"", "\"no\\n\""))
        .hasMessageContaining("layer '1' ('BatchNorm'): the file has no tensor 'no\\u000a'");
    refused(good.replace("\"0.weight\"", "5"))
        .hasMessageContaining("field 'weight' must be a string, got the number '5'");
    refused(good.replace("\"INT8\"", "\"int4\""))
        .hasMessageContaining("activations must be INT8 or FLOAT32, got 'int4'");
    refused(good.replace("\"TANH\"", "null"))
        .hasMessageContaining("field 'form' must be a string, got null");
    refused(good.replace("\"groups\":2", "\"groups\":3"))
        .hasMessageContaining("3 groups must divide the outputs");
    refused(good.replace("\"groups\":2", "\"groups\":99999999999"))
        .hasMessageContaining("field 'groups' must be from 0 to 2^31 - 1, got 99999999999");
    refused(good.replace("\"groups\":2", "\"groups\":2.5"))
        .hasMessageContaining(
            "field 'groups' must be a whole number of 64 bits, got the number '2.5'");
    refused(good.replace("\"kernel\":[2,2]", "\"kernel\":[2]"))
        .hasMessageContaining("field 'kernel' must have 2 numbers, got 1");
    refused(good.replace("\"kernel\":[2,2]", "\"kernel\":[2000000000,2000000000]"))
        .hasMessageContaining("does not fit a padded image");
    refused(good.replace("\"shape\":[2,8,8]", "\"shape\":[3,8,8]"))
        .hasMessageContaining("layer 0 (TernaryConv2d): weights");
    refused(good.replace("\"shape\":[2,8,8]", "\"shape\":[2,-8,8]"))
        .hasMessageContaining("negative dimension");
    refused(good.replace("\"shape\":[2,8,8]", "\"shape\":[2,2147483647,2147483647]"))
        .hasMessageContaining("the input must have from 1 to 2^31 - 9 elements");
    refused(good.replace("\"version\":2", "\"version\":2,\"version\":2"))
        .hasMessageContaining("the JSON is not valid JSON: Duplicate");
    refused(good + "{}").hasMessageContaining("the JSON is followed by other bytes");
    refused("[]").hasMessageContaining("the JSON must be an object, got a list");
    refused("").hasMessageContaining("the JSON ends too early");
    refused("[".repeat(100_000)).hasMessageContaining("not valid JSON");
  }

  private AbstractThrowableAssert<?, ?> refused(String architecture) throws IOException {
    Path path = folder.resolve("bad.safetensors");
    PackedModel content = toFile(everyOperation());
    PackedModelWriter.write(
        path,
        new PackedModel(content.ternary(), content.plain(), Optional.of(architecture)),
        IfExists.REPLACE);
    return assertThatThrownBy(() -> load(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("bad.safetensors at byte ");
  }

  private static void load(Path path) throws IOException {
    try (Model model = Model.load(path)) {
      throw new AssertionError("accepted: " + model);
    }
  }

  @Test
  void damagedArchitecturesGiveOnlyRefusals() throws IOException {
    PackedModel content = toFile(everyOperation());
    String good = architecture();
    for (int i = 0; i < good.length(); i++) {
      readOrRefuse(content, good.substring(0, i));
      readOrRefuse(content, good.substring(0, i) + good.substring(i + 1));
      char flipped = (char) (good.charAt(i) ^ (1 << i % 7));
      readOrRefuse(content, good.substring(0, i) + flipped + good.substring(i + 1));
    }
  }

  private static TensorFile file(PackedModel content) {
    List<StoredTensor> tensors = new ArrayList<>();
    content.ternary().forEach((name, t) -> tensors.add(StoredTensor.of(name, t)));
    content.plain().forEach((name, t) -> tensors.add(StoredTensor.of(name, t)));
    return new OpenTensors(Path.of("m"), FileKind.PACKED, Map.of(), tensors, () -> {});
  }

  private static void readOrRefuse(PackedModel content, String text) throws IOException {
    try {
      Graph graph = ArchitectureReader.read(Path.of("m"), StateDict.of(file(content)), text);
      assertThat(graph.outputs()).isNotEmpty();
    } catch (FormatException e) {
      assertThat(e).hasMessageNotContainingAny("\n", "null pointer");
    }
  }

  @Test
  void damagedFilesGiveOnlyFormatExceptions() throws IOException {
    Path path = folder.resolve("small.safetensors");
    Graph graph =
        Graph.sequence(
            Shape.of(2),
            List.of(
                Operation.Linear.ternary(
                    Quantizer.absmean()
                        .quantize("w", tensor(new SplittableRandom(3), 3, 2))
                        .matrix(),
                    Optional.of(Tensor.of(Shape.of(3), 1f, 2f, 3f)),
                    Activations.INT8),
                new Operation.Relu()));
    graph.save(path, IfExists.REFUSE);
    byte[] good = Files.readAllBytes(path);
    Path damaged = folder.resolve("damaged.safetensors");
    for (int i = 0; i < good.length; i++) {
      byte[] bytes = good.clone();
      bytes[i] ^= (byte) (1 << (i % 7));
      Files.write(damaged, bytes);
      try (Model model = Model.load(damaged)) {
        assertThat(model.graph().nodes()).isNotEmpty();
      } catch (FormatException e) {
        assertThat(e).hasMessageContaining("damaged.safetensors at byte ");
      }
    }
  }

  @Test
  void leavesNothingBehindWhereItCannotWrite() throws IOException {
    Graph graph = Graph.sequence(Shape.of(1), new Operation.Relu());
    assertThatThrownBy(() -> graph.save(folder.resolve("no/such/folder/m"), IfExists.REFUSE))
        .isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  private static String architecture() {
    return toFile(everyOperation()).architecture().orElseThrow();
  }

  /** One of each operation and each form of weights, free dimensions and words about the model. */
  private static Graph everyOperation() {
    var random = new SplittableRandom(2);
    Graph.Builder graph = Graph.builder();
    String image = images(random, graph);
    String tokens = tokens(random, graph);
    String all = graph.add("all", new Operation.Concat(-1), image, tokens);
    String scaled =
        graph.add(
            "scaled",
            new Operation.Multiply(),
            all,
            graph.add("half", new Operation.Constant(Tensor.of(Shape.of(1), 0.5f))));
    graph.output(graph.add("last", new Operation.Softmax(), scaled));
    return graph.output(image).build();
  }

  private static String images(SplittableRandom random, Graph.Builder graph) {
    var base243 = new Quantizer(Quantizer.twn().rule(), Granularity.group(3), Packing.base243());
    String pooled =
        graph.sequence(
            "",
            graph.input("x", Shape.of(2, 8, 8)),
            List.of(
                Operation.Conv2d.ternary(
                    Quantizer.absmean()
                        .perRow()
                        .quantize("w", tensor(random, 4, 1, 3, 3))
                        .weights(),
                    Optional.of(tensor(random, 4)),
                    new ConvGeometry(1, 1, 1, 1, 1, 1, 2),
                    Activations.INT8),
                new Operation.BatchNorm(
                    tensor(random, 4),
                    tensor(random, 4),
                    tensor(random, 4),
                    Tensor.of(Shape.of(4), 1f, 2f, 3f, 0.5f),
                    1e-5f),
                new Operation.Relu(),
                new Operation.MaxPool2d(PoolGeometry.of(2))));
    String body =
        graph.sequence(
            "4.body.",
            pooled,
            List.of(
                new Operation.Conv2d(
                    new Weights.Dense(tensor(random, 8, 4, 3, 3)),
                    Optional.of(tensor(random, 8)),
                    ConvGeometry.of(2, 1),
                    Operation.PostOp.RELU),
                new Operation.Silu(),
                new Operation.Gelu()));
    String shortcut = graph.add("4.shortcut", new Operation.SubsamplePad(2, 8), pooled);
    return graph.sequence(
        "end.",
        graph.add("4", new Operation.Add(), body, shortcut),
        List.of(
            new Operation.AvgPool2d(PoolGeometry.of(1)),
            new Operation.GlobalAvgPool2d(),
            new Operation.Flatten(),
            new Operation.LayerNorm(tensor(random, 8), tensor(random, 8), 1e-5f),
            Operation.Linear.ternary(
                base243.quantize("w", tensor(random, 6, 8)).matrix(), NO_BIAS, Activations.FLOAT32),
            new Operation.Gelu(Operation.Gelu.Form.TANH),
            new Operation.RmsNorm(tensor(random, 6), 1.5e-6f),
            Operation.Linear.dense(tensor(random, 3, 6), NO_BIAS),
            new Operation.Sigmoid(),
            new Operation.Clip(Float.NEGATIVE_INFINITY, 0.9f)));
  }

  private static String tokens(SplittableRandom random, Graph.Builder graph) {
    byte[] table = new byte[7 * 8];
    random.nextBytes(table);
    var int8 = new Weights.Int8(Tensor.of(Shape.of(7, 8), table), tensor(random, 7));
    String ids = graph.input("ids", Dims.of(Dim.free("tokens", 1, 9)));
    String embedded = graph.add("embedding", new Operation.Embedding(int8), ids);
    String turned =
        graph.add("rope", new Operation.Rope(4, 100, Operation.Rope.Pairing.HALVES), embedded);
    String looked =
        graph.add("look", new Operation.Attention(2, 2, true), turned, turned, embedded);
    String keys = graph.add("keys", new Operation.Transpose(List.of(1, 0)), embedded);
    String scores = graph.add("scores", new Operation.MatMul(false), looked, keys);
    String mixed = graph.add("mixed", new Operation.MatMul(false), scores, embedded);
    // The head has the table of the embedding: stored once.
    String logits = graph.add("logits", new Operation.Linear(int8, NO_BIAS), mixed);
    return graph.sequence(
        "tail.",
        logits,
        List.of(
            new Operation.Tanh(),
            new Operation.Slice(0, -1, Integer.MAX_VALUE, 1),
            new Operation.Reshape(List.of(-1)),
            new Operation.Reshape(List.of(1, 7)),
            new Operation.Reduce(Operation.Reduce.Kind.MAX, 0, false)));
  }

  private static Map<String, Tensor> inputs(int samples) {
    var random = new SplittableRandom(1);
    float[] ids = new float[samples * 5];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(7);
    }
    return Map.of(
        "x", tensor(random, samples, 2, 8, 8), "ids", Tensor.of(Shape.of(samples, 5), ids));
  }

  private static Tensor tensor(SplittableRandom random, long... dims) {
    Shape shape = Shape.of(dims);
    return Tensor.of(shape, floats(random, (int) shape.elements()));
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
