package dev.ternary.formats.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedModelFileTest {

  @TempDir Path directory;

  static PackedModel model() {
    var ternary = new LinkedHashMap<String, TernaryTensor>();
    ternary.put("fc1.weight", tensor(Shape.of(2, 6), Packing.twoBit(), Scales.perRow(0.5f, 2)));
    ternary.put(
        "conv.weight", tensor(Shape.of(2, 1, 2, 3), Packing.base243(), Scales.perTensor(0.25f)));
    ternary.put(
        "fc2.weight",
        tensor(Shape.of(2, 6), Packing.base243(), Scales.of(Granularity.group(4), 1, 2, 3, 4)));
    return new PackedModel(
        ternary,
        Map.of("fc1.bias", Tensor.of(Shape.of(2), 1f, -1f)),
        Optional.of("{\"layers\":[]}"));
  }

  private static TernaryTensor tensor(Shape shape, Packing packing, Scales scales) {
    byte[] trits = {1, 0, -1, 1, 0, 1, -1, -1, 0, 0, 1, 1};
    return new TernaryTensor(shape, TernaryMatrix.pack(2, 6, trits, packing, scales));
  }

  private Path written() throws IOException {
    Path path = directory.resolve("m.safetensors");
    PackedModelWriter.write(path, model(), IfExists.REPLACE);
    return path;
  }

  @Test
  void aModelComesBackAsItWas() throws IOException {
    try (PackedModelFile file = PackedModelFile.open(written())) {
      PackedModel read = file.model();
      assertThat(read.ternary()).isEqualTo(model().ternary());
      assertThat(read.ternary().keySet())
          .containsExactly("fc1.weight", "conv.weight", "fc2.weight");
      assertThat(read.plain().keySet()).containsExactly("fc1.bias");
      assertThat(read.plain().values().iterator().next().toFloatArray()).containsExactly(1, -1);
      assertThat(read.architecture()).isEqualTo(model().architecture());
      assertThat(file.metadata()).containsEntry("format", "pt");
    }
  }

  @Test
  void otherToolsSeeBytesAndScales() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(written())) {
      assertThat(file.tensor("fc1.weight").toString()).isEqualTo("U8 [2, 2]");
      // (+1, 0, -1, +1) is 2 + 1*4 + 0*16 + 2*64 and (0, +1) then zeros 1 + 2*4 + 1*16 + 1*64.
      assertThat(file.tensor("fc1.weight").getLong(0)).isEqualTo(134);
      assertThat(file.tensor("fc1.weight").getLong(1)).isEqualTo(89);
      assertThat(file.tensor("fc1.weight.scale").toFloatArray()).containsExactly(0.5f, 2);
      assertThat(file.tensor("conv.weight.scale").shape()).isEqualTo(Shape.of(1));
      assertThat(file.tensor("fc2.weight.scale").shape()).isEqualTo(Shape.of(2, 2));
      assertThat(file.metadata())
          .containsEntry("ternary.version", "1")
          .containsEntry("ternary.architecture", "{\"layers\":[]}");
      assertThat(file.metadata().get("ternary.tensors"))
          .startsWith(
              "{\"fc1.weight\":{\"shape\":[2,6],\"packing\":\"2bit\",\"granularity\":\"row\"}");
    }
  }

  @Test
  void theSameModelGivesTheSameBytes() throws IOException {
    byte[] first = Files.readAllBytes(written());
    assertThat(Files.readAllBytes(written())).isEqualTo(first);
  }

  @Test
  void furtherMetadataIsKeptAndTheFormatsOwnRefused() throws IOException {
    Path path = directory.resolve("m.safetensors");
    PackedModelWriter.write(path, model(), Map.of("source", "test"), IfExists.REFUSE);
    try (PackedModelFile file = PackedModelFile.open(path)) {
      assertThat(file.metadata()).containsEntry("source", "test");
    }
    assertThatThrownBy(() ->
            PackedModelWriter.write(
                path, model(), Map.of("ternary.version", "2"), IfExists.REPLACE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'ternary.version' is the format's own");
  }

  @Test
  void aPlainSafetensorsFileIsNoPackedModel() throws IOException {
    Path path = directory.resolve("plain.safetensors");
    SafetensorsWriter.write(
        path, Map.of("w", Tensor.of(Shape.of(1), 1f)), Map.of(), IfExists.REFUSE);
    assertThat(PackedModelFile.isPacked(path)).isFalse();
    assertThat(PackedModelFile.isPacked(written())).isTrue();
    assertThatThrownBy(() -> PackedModelFile.open(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("is no packed ternary model")
        .hasMessageContaining("quantize it first");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ternary.version | 2 | ternary.version is '2', expected '1'",
        "ternary.tensors | [] | ternary.tensors must be an object, found an array",
        "ternary.tensors | { | not valid JSON",
        "ternary.tensors | {\"x\":{\"shape\":[2,6],\"packing\":\"2bit\",\"granularity\":\"row\"}} "
            + "| needs a tensor 'x', which is missing",
        "ternary.tensors | {\"fc1.weight\":{\"shape\":[2,6],\"packing\":\"2bit\"}} "
            + "| needs shape, packing and granularity",
        "ternary.tensors | {\"fc1.weight\":{\"shape\":[2,6],\"packing\":\"3bit\","
            + "\"granularity\":\"row\"}} | unknown packing '3bit'",
        "ternary.tensors | {\"fc1.weight\":{\"shape\":[2,9],\"packing\":\"2bit\","
            + "\"granularity\":\"row\"}} "
            + "| tensor 'fc1.weight' must be U8 [2, 3] for its packing, found U8 [2, 2]",
        "ternary.tensors | {\"fc1.weight\":{\"shape\":[2,6],\"packing\":\"2bit\","
            + "\"granularity\":\"tensor\"}} | 'fc1.weight.scale' must be F32 [1]",
        "ternary.tensors | {\"fc1.weight\":{\"shape\":[2,3],\"packing\":\"2bit\","
            + "\"granularity\":\"group:0\"}} | at least 1 column",
        "ternary.tensors | {\"fc1.weight\":{\"shape\":[2],\"packing\":\"2bit\","
            + "\"granularity\":\"row\"}} | shape [2] is no weight's",
      })
  void refusesBadMetadata(String key, String value, String message) throws IOException {
    Path path = directory.resolve("bad.safetensors");
    try (SafetensorsFile good = SafetensorsFile.open(written())) {
      var metadata = new HashMap<>(good.metadata());
      metadata.put(key, value);
      SafetensorsWriter.write(path, good.tensors(), metadata, IfExists.REFUSE);
    }
    assertThatThrownBy(() -> PackedModelFile.open(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anInvalidCodeIsFoundWithItsPlaceInTheFile() throws IOException {
    Path path = written();
    long offset;
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      offset =
          file.header().entries().stream()
                  .filter(entry -> entry.name().equals("conv.weight"))
                  .findFirst()
                  .orElseThrow()
                  .offset()
              + 2;
    }
    byte[] bytes = Files.readAllBytes(path);
    bytes[(int) offset] = (byte) 243;
    Files.write(path, bytes);
    assertThatThrownBy(() -> PackedModelFile.open(path))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            path
                + " at byte "
                + offset
                + ": tensor 'conv.weight': byte 243 at byte offset 2 of shape [2, 6]"
                + " is no valid base243 code");
  }

  @Test
  void aScaleThatIsNoNumberIsRefused() throws IOException {
    Path path = directory.resolve("bad.safetensors");
    try (SafetensorsFile good = SafetensorsFile.open(written())) {
      var tensors = new HashMap<>(good.tensors());
      tensors.put("fc1.weight.scale", Tensor.of(Shape.of(2), 1f, Float.NaN));
      SafetensorsWriter.write(path, tensors, good.metadata(), IfExists.REFUSE);
    }
    assertThatThrownBy(() -> PackedModelFile.open(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("tensor 'fc1.weight.scale': scale NaN at index 1");
  }

  @Test
  void namesThatClashAreRefused() {
    assertThatThrownBy(() ->
            new PackedModel(
                model().ternary(),
                Map.of("fc1.weight.scale", Tensor.of(Shape.of(1), 1f)),
                Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the name of the scales of 'fc1.weight'");
  }

  @Test
  void aShapeThatDoesNotFitIsRefused() {
    TernaryMatrix matrix = TernaryMatrix.pack(1, 2, new byte[2]);
    assertThatThrownBy(() -> new TernaryTensor(Shape.of(2, 1), matrix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [2, 1] does not fit a matrix of 1 rows and 2 columns");
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    Path path = written();
    PackedModelFile file = PackedModelFile.open(path);
    file.close();
    file.close();
    assertThatThrownBy(file::model)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(path + " is closed");
  }

  @Test
  void damageGivesOnlyFormatExceptions() throws IOException {
    Corruption.check(
        written(),
        path -> {
          try (PackedModelFile file = PackedModelFile.open(path)) {
            file.model().ternary().values().forEach(tensor -> tensor.matrix().toFloatArray());
          }
        });
  }
}
