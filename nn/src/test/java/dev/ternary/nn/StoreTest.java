package dev.ternary.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {

  private static final Optional<Tensor> NO_BIAS = Optional.empty();

  @TempDir Path folder;

  @Test
  void loadsWhatItSaved() throws IOException {
    Path path = folder.resolve("model.safetensors");
    float[] x = floats(new SplittableRandom(1), 3 * 2 * 8 * 8);
    float[] expected;
    try (Model model = Model.of(Shape.of(2, 8, 8), everyLayer())) {
      expected = model.predict(x);
      model.save(path, IfExists.REFUSE);
    }
    try (Model loaded = Model.load(path)) {
      assertThat(loaded.predict(x)).isEqualTo(expected);
      assertThat(loaded.inputShape()).isEqualTo(Shape.of(2, 8, 8));
      assertSameLayers(loaded.layers(), everyLayer());
      // A loaded model is saved from the mapped file, over that file.
      loaded.save(path, IfExists.REPLACE);
      assertThat(loaded.predict(x)).isEqualTo(expected);
    }
    try (Model again = Model.load(path)) {
      assertThat(again.predict(x)).isEqualTo(expected);
    }
  }

  /** Through the JSON of both: records over different memory are not equal. */
  private static void assertSameLayers(List<Layer> actual, List<Layer> expected)
      throws IOException {
    PackedModel a = Architecture.toFile(Shape.of(1), actual);
    PackedModel e = Architecture.toFile(Shape.of(1), expected);
    assertThat(a.architecture()).isEqualTo(e.architecture());
    assertThat(a.ternary()).isEqualTo(e.ternary());
    assertThat(a.plain().keySet()).isEqualTo(e.plain().keySet());
    a.plain().forEach((name, tensor) -> assertSame(tensor, e.plain().get(name)));
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
    try (Model one = Model.of(Shape.of(1), List.of(new Layer.Relu()));
        Model two = Model.of(Shape.of(2), List.of(new Layer.Relu()))) {
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
  @SuppressWarnings("try") // closes by hand what is closed again at the end
  void refusesToSaveOnceClosed() {
    try (Model model = Model.of(Shape.of(1), List.of(new Layer.Relu()))) {
      model.close();
      assertThatThrownBy(() -> model.save(folder.resolve("m"), IfExists.REFUSE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Model is closed");
      assertThat(folder.resolve("m")).doesNotExist();
    }
  }

  @Test
  void refusesWeightsWithoutAnArchitecture() throws IOException {
    Path path = folder.resolve("weights.safetensors");
    PackedModel content = Architecture.toFile(Shape.of(2, 8, 8), everyLayer());
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
    refused(good.replace("\"version\":1", "\"version\":2"))
        .hasMessageContaining("architecture: version 2 is unknown, expected 1");
    refused(good.replace("dev.ternary.nn", "other"))
        .hasMessageContaining("format must be 'dev.ternary.nn', got 'other'");
    refused(good.replace("\"Silu\"", "\"Mish\""))
        .hasMessageContaining("('Mish'): this type of layer is unknown");
    refused(good.replace("{\"type\":\"Silu\"}", "{\"type\":\"Silu\",\"beta\":2}"))
        .hasMessageContaining("('Silu'): field 'beta' is unknown");
    refused(good.replace("{\"type\":\"Silu\"}", "{}"))
        .hasMessageContaining("field 'type' is missing");
    refused(good.replace("{\"type\":\"Silu\"}", "7"))
        .hasMessageContaining("must be an object, got the number '7'");
    refused(good.replace("\"0.weight\"", "\"99.weight\""))
        .hasMessageContaining(
            "layer 0 ('TernaryConv2d'): the file has no ternary tensor '99.weight'");
    refused(good.replace("\"1.gamma\"", "\"no\\n\""))
        .hasMessageContaining("layer 1 ('BatchNorm'): the file has no tensor 'no?'");
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
        .hasMessageContaining("field 'groups' must be a whole number, got '2.5'");
    refused(good.replace("\"kernel\":[2,2]", "\"kernel\":[2]"))
        .hasMessageContaining("field 'kernel' must have 2 numbers, got 1");
    refused(good.replace("\"kernel\":[2,2]", "\"kernel\":[2000000000,2000000000]"))
        .hasMessageContaining("does not fit a padded image");
    refused(good.replace("\"input\":[2,8,8]", "\"input\":[3,8,8]"))
        .hasMessageContaining("layer 0 (TernaryConv2d): weights");
    refused(good.replace("\"input\":[2,8,8]", "\"input\":[2,-8,8]"))
        .hasMessageContaining("negative dimension");
    refused(good.replace("\"input\":[2,8,8]", "\"input\":[2,2147483647,2147483647]"))
        .hasMessageContaining("the input must have from 1 to 2^31 - 1 elements");
    refused(good.replace("\"version\":1", "\"version\":1,\"version\":1"))
        .hasMessageContaining("it is not valid JSON: Duplicate");
    refused(good + "{}").hasMessageContaining("something follows the JSON object");
    refused("[]").hasMessageContaining("the JSON must be an object, got a list");
    refused("").hasMessageContaining("the JSON ends too early");
    refused("[".repeat(100_000)).hasMessageContaining("it is not valid JSON");
  }

  private AbstractThrowableAssert<?, ?> refused(String architecture) throws IOException {
    Path path = folder.resolve("bad.safetensors");
    PackedModel content = Architecture.toFile(Shape.of(2, 8, 8), everyLayer());
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
    PackedModel content = Architecture.toFile(Shape.of(2, 8, 8), everyLayer());
    var reader = new ArchitectureReader(content);
    String good = architecture();
    for (int i = 0; i < good.length(); i++) {
      readOrRefuse(reader, good.substring(0, i));
      readOrRefuse(reader, good.substring(0, i) + good.substring(i + 1));
      for (int bit = 0; bit < 7; bit++) {
        String flipped =
            good.substring(0, i) + (char) (good.charAt(i) ^ (1 << bit)) + good.substring(i + 1);
        readOrRefuse(reader, flipped);
      }
    }
  }

  private static void readOrRefuse(ArchitectureReader reader, String text) {
    try {
      ArchitectureReader.Content content = reader.read(text);
      try (Model model = Model.of(content.input(), content.layers())) {
        assertThat(model.layers()).isNotEmpty();
      }
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageNotContainingAny("\n", "null pointer");
    }
  }

  @Test
  void damagedFilesGiveOnlyFormatExceptions() throws IOException {
    Path path = folder.resolve("small.safetensors");
    try (Model model =
        Model.of(
            Shape.of(2),
            List.of(
                new Layer.TernaryLinear(
                    Quantizer.absmean()
                        .quantize("w", tensor(new SplittableRandom(3), 3, 2))
                        .matrix(),
                    Optional.of(Tensor.of(Shape.of(3), 1f, 2f, 3f)),
                    Activations.INT8),
                new Layer.Relu()))) {
      model.save(path, IfExists.REFUSE);
    }
    byte[] good = Files.readAllBytes(path);
    Path damaged = folder.resolve("damaged.safetensors");
    for (int i = 0; i < good.length; i++) {
      byte[] bytes = good.clone();
      bytes[i] ^= (byte) (1 << (i % 7));
      Files.write(damaged, bytes);
      try (Model model = Model.load(damaged)) {
        assertThat(model.layers()).isNotEmpty();
      } catch (FormatException e) {
        assertThat(e).hasMessageContaining("damaged.safetensors at byte ");
      }
    }
  }

  @Test
  void leavesNothingBehindWhereItCannotWrite() throws IOException {
    try (Model model = Model.of(Shape.of(1), List.of(new Layer.Relu()))) {
      assertThatThrownBy(() -> model.save(folder.resolve("no/such/folder/m"), IfExists.REFUSE))
          .isInstanceOf(IOException.class);
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  private static String architecture() throws IOException {
    return Architecture.toFile(Shape.of(2, 8, 8), everyLayer()).architecture().orElseThrow();
  }

  private static List<Layer> everyLayer() {
    var random = new SplittableRandom(2);
    var base243 = new Quantizer(Quantizer.twn().rule(), Granularity.group(3), Packing.base243());
    Tensor convWeights = tensor(random, 4, 1, 3, 3);
    Tensor linearWeights = tensor(random, 6, 8);
    return List.of(
        new Layer.TernaryConv2d(
            new TernaryTensor(
                convWeights.shape(),
                Quantizer.absmean().perRow().quantize("w", convWeights).matrix()),
            Optional.of(tensor(random, 4)),
            new ConvGeometry(1, 1, 1, 1, 1, 1, 2),
            Activations.INT8),
        new Layer.BatchNorm(
            tensor(random, 4),
            tensor(random, 4),
            tensor(random, 4),
            Tensor.of(Shape.of(4), 1f, 2f, 3f, 0.5f),
            1e-5f),
        new Layer.Relu(),
        new Layer.MaxPool2d(PoolGeometry.of(2)),
        new Layer.Residual(
            List.of(
                new Layer.Conv2d(
                    tensor(random, 8, 4, 3, 3),
                    Optional.of(tensor(random, 8)),
                    ConvGeometry.of(2, 1)),
                new Layer.Silu(),
                new Layer.Residual(List.of(new Layer.Gelu()), List.of())),
            List.of(new Layer.SubsamplePad(2, 8))),
        new Layer.AvgPool2d(PoolGeometry.of(1)),
        new Layer.GlobalAvgPool2d(),
        new Layer.Flatten(),
        new Layer.LayerNorm(tensor(random, 8), tensor(random, 8), 1e-5f),
        new Layer.TernaryLinear(
            base243.quantize("w", linearWeights).matrix(), NO_BIAS, Activations.FLOAT32),
        new Layer.Gelu(Layer.Gelu.Form.TANH),
        new Layer.RmsNorm(tensor(random, 6), 1.5e-6f),
        new Layer.Linear(tensor(random, 3, 6), NO_BIAS),
        new Layer.Softmax());
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
