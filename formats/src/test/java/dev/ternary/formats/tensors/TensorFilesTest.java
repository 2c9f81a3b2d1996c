package dev.ternary.formats.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorFilesTest {

  private static final Tensor W = Tensor.of(Shape.of(2, 2), 1f, -2f, 3f, -4f);
  private static final byte[] IDX = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};

  @TempDir private Path folder;

  private static void readAll(Path path) throws IOException {
    try (TensorFile file = TensorFiles.open(path)) {
      for (String name : file.names()) {
        StoredTensor tensor = file.tensor(name);
        if (tensor.dtype().isPresent() || tensor.toTernary().isPresent()) {
          tensor.toTensor().toFloatArray();
        }
      }
    }
  }

  private Path named(String name) {
    return folder.resolve(name);
  }

  @Test
  void theBytesDecideAndNotTheName() throws IOException {
    NpyFile.write(named("a.safetensors"), W, IfExists.REFUSE);
    NpzFile.write(named("b.npy"), Map.of("w", W), NpzFile.Compression.STORED, IfExists.REFUSE);
    SafetensorsWriter.write(named("c.npz"), Map.of("w", W), Map.of("by", "me"), IfExists.REFUSE);
    Files.write(named("d.pt"), IDX);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(named("e")))) {
      out.write(IDX);
    }
    var packed =
        new PackedModel(
            Map.of("w", TernaryTensor.of(TernaryMatrix.pack(1, 3, new byte[] {1, 0, -1}))),
            Map.of("b", W),
            Optional.empty());
    PackedModelWriter.write(named("f.bin"), packed, IfExists.REFUSE);
    Map<String, FileKind> kinds =
        Map.of(
            "a.safetensors", FileKind.NPY,
            "b.npy", FileKind.NPZ,
            "c.npz", FileKind.SAFETENSORS,
            "d.pt", FileKind.IDX,
            "e", FileKind.IDX,
            "f.bin", FileKind.PACKED);
    for (Map.Entry<String, FileKind> kind : kinds.entrySet()) {
      try (TensorFile file = TensorFiles.open(named(kind.getKey()))) {
        assertThat(file.kind()).as(kind.getKey()).isEqualTo(kind.getValue());
        assertThat(file.path()).isEqualTo(named(kind.getKey()));
      }
    }
    try (TensorFile file = TensorFiles.open(named("c.npz"))) {
      assertThat(file.metadata()).containsEntry("by", "me");
      assertThat(file.tensor("w").toTensor().toFloatArray()).containsExactly(1, -2, 3, -4);
    }
    try (TensorFile file = TensorFiles.open(named("f.bin"))) {
      StoredTensor w = file.tensor("w");
      assertThat(w.encoding()).isEqualTo("ternary 2bit");
      assertThat(w.toTensor().toFloatArray()).containsExactly(1, 0, -1);
      assertThatThrownBy(() -> file.tensor("v"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has no tensor 'v'; the nearest of its 2 names: ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "47475546, a GGUF file",
    "894844460d0a1a0a, an HDF5 file",
    "ffd8ffe000104a46, a JPEG image",
    "89504e470d0a1a0a, a PNG image",
    "1c00000054464c33, a TensorFlow Lite file",
    "080712077079746f, an ONNX file",
    "255044462d312e37, a PDF document",
    "7b226122, a JSON file",
    "3c68746d6c3e, an HTML page",
    "76657273696f6e20, a Git LFS pointer",
    "1f8b0800, gzip; unpack it first",
    "54657874, a text file such as a CSV table",
    "01020304, other bytes",
    "4c313139, a text file such as a CSV table",
    "'', an empty file",
  })
  void saysWhatWasFoundInstead(String hex, String found) throws IOException {
    Path file = Files.write(named("x"), HexFormat.of().parseHex(hex));
    assertThatThrownBy(() -> TensorFiles.open(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            file
                + " at byte 0: expected safetensors, .npy, .npz, idx or a PyTorch checkpoint, found "
                + found);
  }

  @Test
  void anUnknownTypeIsListedWithItsBytes() throws IOException {
    Path file = strange();
    try (TensorFile open = TensorFiles.open(file)) {
      assertThat(open.names()).containsExactly("q", "n");
      assertThat(open.tensor("q").encoding()).isEqualTo("F8_E4M3");
      assertThat(open.tensor("q").bytes().byteSize()).isEqualTo(2);
      assertThat(open.tensor("n").encoding()).isEqualTo("F9_NEW");
      assertThatThrownBy(() -> open.tensor("n").toTensor())
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("tensor 'n' has dtype F9_NEW, which is not supported");
    }
  }

  private Path strange() throws IOException {
    byte[] json =
        ("{\"q\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]},"
                + "\"n\":{\"dtype\":\"F9_NEW\",\"shape\":[4],\"data_offsets\":[2,5]}}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 5).order(ByteOrder.LITTLE_ENDIAN);
    return Files.write(named("strange"), bytes.putLong(json.length).put(json).array());
  }

  @Test
  void aMemberThatIsNoArrayIsListedWithItsBytes() throws IOException {
    Path file = named("mixed.npz");
    NpyFile.write(named("w.npy"), W, IfExists.REFUSE);
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("readme.txt"));
      zip.write("hello".getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry("w.npy"));
      zip.write(Files.readAllBytes(named("w.npy")));
    }
    try (TensorFile open = TensorFiles.open(file)) {
      assertThat(open.names()).containsExactly("readme.txt", "w");
      assertThat(open.tensor("readme.txt").bytes().byteSize()).isEqualTo(5);
      assertThat(open.tensor("w").toTensor().toFloatArray()).containsExactly(1, -2, 3, -4);
    }
    assertThatThrownBy(() -> NpzFile.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("entry 'readme.txt' is no .npy array");
  }

  @Test
  void aFolderIsOneFileThroughItsIndex() throws IOException {
    Files.createDirectory(named("hf"));
    Path hf = named("hf");
    Tensor v = Tensor.of(Shape.of(1), 5f);
    SafetensorsWriter.write(
        hf.resolve("m-1.safetensors"), Map.of("a", W), Map.of(), IfExists.REFUSE);
    SafetensorsWriter.write(
        hf.resolve("m-2.safetensors"), Map.of("b", v), Map.of(), IfExists.REFUSE);
    Files.writeString(hf.resolve("config.json"), "{\"x\": 1}");
    Path index = hf.resolve("model.safetensors.index.json");
    Files.writeString(
        index, "{\"weight_map\": {\"b\": \"m-2.safetensors\", \"a\": \"m-1.safetensors\"}}");
    try (TensorFile file = TensorFiles.open(hf)) {
      assertThat(file.kind()).isEqualTo(FileKind.HUGGINGFACE);
      assertThat(file.names()).containsExactly("b", "a");
      assertThat(file.tensor("b").toTensor().toFloatArray()).containsExactly(5);
      assertThat(file.metadata()).containsEntry("config.json", "{\"x\": 1}");
    }
    Files.writeString(index, "{\"weight_map\": {\"c\": \"m-2.safetensors\"}}");
    assertThatThrownBy(() -> TensorFiles.open(hf))
        .isInstanceOf(FormatException.class)
        .hasMessage(index + " at byte 21: tensor 'c' is not in 'm-2.safetensors'");
    for (String way : List.of(".", "..", "a/b", "a\\\\b", "a\\u0000b", "", "none")) {
      Files.writeString(index, "{\"weight_map\": {\"c\": \"" + way + "\"}}");
      assertThatThrownBy(() -> TensorFiles.open(hf))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("tensor 'c' must be in a file of the folder, found '");
    }
    Files.writeString(index, "{\"weight_map\": {\"c\": \"../secret\"}}");
    assertThatThrownBy(() -> TensorFiles.open(hf))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            index + " at byte 21: tensor 'c' must be in a file of the folder, found '../secret'");
    Files.delete(index);
    assertThatThrownBy(() -> TensorFiles.open(hf)).hasMessageContaining("the folder has none of");
  }

  @Test
  void onlyFormatExceptionsComeOfDamagedFiles() throws IOException {
    Corruption.check(strange(), TensorFilesTest::readAll);
    Path npz = named("w.npz");
    NpzFile.write(npz, Map.of("w", W), NpzFile.Compression.DEFLATED, IfExists.REFUSE);
    Corruption.check(npz, TensorFilesTest::readAll);
    Corruption.check(Files.write(named("idx"), IDX), TensorFilesTest::readAll);
    SafetensorsWriter.write(named("st"), Map.of("w", W), Map.of("k", "v"), IfExists.REFUSE);
    Corruption.check(named("st"), TensorFilesTest::readAll);
    NpyFile.write(named("npy"), W, IfExists.REFUSE);
    Corruption.check(named("npy"), TensorFilesTest::readAll);
    var packed =
        new PackedModel(
            Map.of("w", TernaryTensor.of(TernaryMatrix.pack(1, 3, new byte[] {1, 0, -1}))),
            Map.of("b", W),
            Optional.empty());
    PackedModelWriter.write(named("packed"), packed, IfExists.REFUSE);
    Corruption.check(named("packed"), TensorFilesTest::readAll);
  }

  @Test
  void onlyFormatExceptionsComeOfDamagedArraysOfOtherTypes() throws IOException {
    for (String descr : new String[] {"<u2", "<U1", "|V1", "<M8"}) {
      NpyFile.write(named("plain"), W, IfExists.REPLACE);
      String text = Files.readString(named("plain"), StandardCharsets.ISO_8859_1);
      int data = text.length() - 16;
      int bytes =
          4
              * switch (descr) {
                case "<u2" -> 2;
                case "<U1" -> 4;
                case "<M8" -> 8;
                default -> 1;
              };
      String foreign = text.substring(0, data).replace("<f4", descr) + "\u0000".repeat(bytes);
      Files.writeString(named("foreign"), foreign, StandardCharsets.ISO_8859_1);
      try (TensorFile file = TensorFiles.open(named("foreign"))) {
        assertThat(file.tensor("array").shape()).isEqualTo(Shape.of(2, 2));
        assertThat(file.tensor("array").bytes().byteSize()).isEqualTo(bytes);
      }
      Corruption.check(named("foreign"), TensorFilesTest::readAll);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"strange", "metric-legacy"})
  void onlyFormatExceptionsComeOfDamagedCheckpoints(String name) throws IOException {
    Path file = named("in-use.pth");
    try (InputStream in =
        Optional.ofNullable(
                FormatException.class.getResourceAsStream("pytorch/in-use-" + name + ".pth"))
            .orElseThrow()) {
      Files.copy(in, file);
    }
    Corruption.check(file, TensorFilesTest::readAll);
  }

  @Test
  void onlyFormatExceptionsComeOfADamagedShard() throws IOException {
    Path hf = Files.createDirectory(named("shard"));
    Path model = hf.resolve("model.safetensors");
    SafetensorsWriter.write(model, Map.of("w", W), Map.of(), IfExists.REFUSE);
    byte[] good = Files.readAllBytes(model);
    for (int length = 0; length < good.length; length++) {
      Files.write(model, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> readAll(hf)).isInstanceOf(FormatException.class);
    }
  }

  @Test
  void nullIsNoMetadata() throws IOException {
    byte[] json =
        "{\"__metadata__\":null,\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 1).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(named("null"), bytes.putLong(json.length).put(json).array());
    try (TensorFile file = TensorFiles.open(named("null"))) {
      assertThat(file.metadata()).isEmpty();
      assertThat(file.names()).containsExactly("w");
    }
  }

  @Test
  void anArchiveWithTextsGivesItsArrays() throws IOException {
    // NumPy 2.4: savez(w=ones((2, 2), "f4"), names=["cat", "dog"]) has '<U3'.
    NpzFile.write(named("w.npz"), Map.of("w", W), NpzFile.Compression.STORED, IfExists.REFUSE);
    NpyFile.write(named("n.npy"), Tensor.of(Shape.of(2), 0f, 0f), IfExists.REFUSE);
    String names = Files.readString(named("n.npy"), StandardCharsets.ISO_8859_1);
    names = names.substring(0, names.length() - 8).replace("<f4", "<U3") + "\u0000".repeat(24);
    Path file = named("n01.npz");
    NpyFile.write(named("w.npy"), W, IfExists.REFUSE);
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("w.npy"));
      zip.write(Files.readAllBytes(named("w.npy")));
      zip.putNextEntry(new ZipEntry("names.npy"));
      zip.write(names.getBytes(StandardCharsets.ISO_8859_1));
    }
    try (TensorFile open = TensorFiles.open(file)) {
      assertThat(open.names()).containsExactly("w", "names");
      assertThat(open.tensor("w").toTensor().toFloatArray()).containsExactly(1, -2, 3, -4);
      assertThat(open.tensor("names").encoding()).isEqualTo("<U3");
      assertThat(open.tensor("names").shape()).isEqualTo(Shape.of(2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unsigned", "complex", "string", "structured", "object"})
  void anArrayOfAnyTypeIsListed(String name) throws IOException {
    Path golden = Path.of("src/test/resources/golden/refused-" + name + ".npy");
    try (TensorFile file = TensorFiles.open(golden)) {
      StoredTensor array = file.tensor("array");
      assertThat(array.dtype()).isEmpty();
      assertThat(array.encoding()).isNotEmpty();
      assertThatThrownBy(array::toTensor).isInstanceOf(FormatException.class);
    }
    assertThatThrownBy(() -> NpyFile.open(golden)).isInstanceOf(FormatException.class);
  }

  @Test
  void damagedIndexesAreFormatExceptions() throws IOException {
    Path hf = Files.createDirectory(named("damaged"));
    SafetensorsWriter.write(hf.resolve("m.st"), Map.of("a", W), Map.of(), IfExists.REFUSE);
    byte[] good = "{\"weight_map\":{\"a\":\"m.st\"}}".getBytes(StandardCharsets.UTF_8);
    Path index = hf.resolve("model.safetensors.index.json");
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(index, flipped);
      try {
        readAll(hf);
      } catch (IOException e) {
        assertThat(e.getMessage()).startsWith(e instanceof FormatException ? "" + index : "cannot");
      }
    }
  }
}
