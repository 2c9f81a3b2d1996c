package dev.ternary.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {

  /** Written by safetensors 0.7 from Python, with data of 0 to 5, 0.5 and eight bytes. */
  private static final String GOLDEN_HEADER =
      """
      {"__metadata__":{"format":"pt"},"b.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
      "a.scale":{"dtype":"F16","shape":[1],"data_offsets":[24,26]},\
      "z":{"dtype":"I8","shape":[0,4],"data_offsets":[26,26]},\
      "a.packed":{"dtype":"U8","shape":[2,4],"data_offsets":[26,34]}}\
      """
          + "     ";

  private static final String GOLDEN_DATA =
      "000000000000803f0000004000004040000080400000a04000385025429409502542";

  @TempDir Path directory;

  @Test
  void readsTheGoldenFileOfTheReference() throws IOException {
    Path path = file(GOLDEN_HEADER, HexFormat.of().parseHex(GOLDEN_DATA));
    assertThat(Files.size(path)).isEqualTo(322);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensors().keySet()).containsExactly("b.weight", "a.scale", "z", "a.packed");
      assertThat(file.tensor("b.weight").toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(file.tensor("a.scale").toFloatArray()).containsExactly(0.5f);
      assertThat(file.tensor("z").shape()).isEqualTo(Shape.of(0, 4));
      assertThat(file.tensor("a.packed").getLong(3)).isEqualTo(0x94);
      assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
      assertThat(file.header().dataOffset()).isEqualTo(288);
    }
  }

  @Test
  void writesTheGoldenFileOfTheReferenceByteForByte() throws IOException {
    Path path = directory.resolve("out.safetensors");
    byte[] data = HexFormat.of().parseHex(GOLDEN_DATA);
    MemorySegment bytes = MemorySegment.ofArray(data);
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("a.packed", new Tensor(DType.U8, Shape.of(2, 4), bytes.asSlice(26, 8)));
    tensors.put("a.scale", new Tensor(DType.F16, Shape.of(1), bytes.asSlice(24, 2)));
    tensors.put("b.weight", new Tensor(DType.F32, Shape.of(2, 3), bytes.asSlice(0, 24)));
    tensors.put("z", new Tensor(DType.I8, Shape.of(0, 4), bytes.asSlice(0, 0)));
    SafetensorsWriter.write(path, tensors, Map.of(), IfExists.REFUSE);
    assertThat(Files.readAllBytes(path)).isEqualTo(Files.readAllBytes(file(GOLDEN_HEADER, data)));
  }

  @ParameterizedTest
  @EnumSource
  void everyElementTypeComesBackAsItWas(DType dtype) throws IOException {
    byte[] bytes = new byte[3 * dtype.bytes()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : 37 * i + 11);
    }
    Tensor tensor = new Tensor(dtype, Shape.of(3, 1), MemorySegment.ofArray(bytes));
    Path path = directory.resolve("t.safetensors");
    SafetensorsWriter.write(
        path,
        Map.of("one", Tensor.of(Shape.of(1), new byte[1]), "t", tensor),
        Map.of("k", "ü\n\"\\"),
        IfExists.REFUSE);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Tensor read = file.tensor("t");
      assertThat(read.dtype()).isEqualTo(dtype);
      assertThat(read.shape()).isEqualTo(Shape.of(3, 1));
      assertThat(read.data().mismatch(tensor.data())).isEqualTo(-1);
      assertThat(file.metadata()).isEqualTo(Map.of("format", "pt", "k", "ü\n\"\\"));
      assertThat(file.header().dataOffset() % 8).isZero();
    }
  }

  @Test
  void aScalarAndAFileWithoutTensorsComeBack() throws IOException {
    Path path = directory.resolve("s.safetensors");
    SafetensorsWriter.write(
        path, Map.of("s", Tensor.of(Shape.of(), 1.5f)), Map.of(), IfExists.REFUSE);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensor("s").shape().rank()).isZero();
      assertThat(file.tensor("s").getFloat(0)).isEqualTo(1.5f);
    }
    try (SafetensorsFile file = SafetensorsFile.open(file("{}", new byte[0]))) {
      assertThat(file.tensors()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  @Test
  void aTensorOfMoreThanTwoGibibytesIsRead() throws IOException {
    long size = 3L << 30;
    String header =
        quoted("{'a':{'dtype':'U8','shape':[" + size + "],'data_offsets':[0," + size + "]}}");
    Path path = file(header, new byte[0]);
    try (FileChannel sparse = FileChannel.open(path, StandardOpenOption.WRITE)) {
      sparse.write(ByteBuffer.wrap(new byte[] {7}), 8 + header.length() + size - 1);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensor("a").getLong(size - 1)).isEqualTo(7);
    }
  }

  @Test
  void aMisalignedTensorIsRead() throws IOException {
    byte[] data = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN).put(4, (byte) 7).array();
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putFloat(1, 2.5f).putFloat(5, -1);
    String header =
        "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},"
            + "'b':{'dtype':'F32','shape':[2],'data_offsets':[1,9]}}";
    try (SafetensorsFile file = SafetensorsFile.open(file(quoted(header), data))) {
      assertThat(file.tensor("b").toFloatArray()).containsExactly(2.5f, -1);
    }
  }

  @Test
  void anUnknownNameIsRefusedAndTheNearestAreListed() throws IOException {
    Path path = file(GOLDEN_HEADER, HexFormat.of().parseHex(GOLDEN_DATA));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThatThrownBy(() -> file.tensor("a.scales"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              path
                  + " has no tensor 'a.scales'; the nearest of its 4 names: "
                  + "'a.scale', 'a.packed', 'b.weight'");
    }
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    Path path = file(GOLDEN_HEADER, HexFormat.of().parseHex(GOLDEN_DATA));
    SafetensorsFile file = SafetensorsFile.open(path);
    file.close();
    file.close();
    assertThatThrownBy(file::tensors)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(path + " is closed");
  }

  @Test
  void aLegalTypeThatIsNotSupportedIsNamedAndListedByTheHeader() throws IOException {
    Path path =
        file(quoted("{'q':{'dtype':'F8_E4M3','shape':[2],'data_offsets':[0,2]}}"), new byte[2]);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("tensor 'q' has dtype F8_E4M3, which is not supported");
    assertThat(SafetensorsHeader.read(path).entries())
        .singleElement()
        .satisfies(entry -> assertThat(entry.dtype()).isEqualTo("F8_E4M3"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,9]}} | 9 "
            + "| F32 [2] takes 8 bytes, but data_offsets give it 9",
        "{'a':{'dtype':'F4','shape':[3],'data_offsets':[0,1]}} | 1 | and a fraction",
        "{'a':{'dtype':'X8','shape':[1],'data_offsets':[0,1]}} | 1 | the unknown dtype 'X8'",
        "{'a':{'dtype':'U8','shape':[1],'data_offsets':[1,0]}} | 1 | [begin, end], got [1, 0]",
        "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1,2]}} | 1 | got [0, 1, 2]",
        "{'a':{'dtype':'U8','shape':[-1],'data_offsets':[0,1]}} | 1 | has '-1', expected 0 to",
        "{'a':{'dtype':'U8','shape':[1.0],'data_offsets':[0,1]}} | 1 | a whole number, found",
        "{'a':{'dtype':'U8','shape':[99999999999999999999],'data_offsets':[0,1]}} | 1 | 2^63 - 1",
        "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,1]}} | 1 | too large",
        "{'a':{'dtype':'U8','shape':[1]}} | 1 | needs dtype, shape and data_offsets",
        "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},"
            + "'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}} | 2 | Duplicate field 'a'",
        "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},"
            + "'b':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}} | 3 "
            + "| tensor 'b' overlaps tensor 'a' by 1 bytes",
        "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},"
            + "'b':{'dtype':'U8','shape':[1],'data_offsets':[2,3]}} | 3 "
            + "| 1 bytes between tensor 'a' and tensor 'b' belong to no tensor",
        "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}} | 3 | was it cut short?",
        "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}} | 3 "
            + "| 1 bytes after tensor 'a' belong to no tensor",
        "{'__metadata__':{'a':1}} | 0 | __metadata__ 'a' must be a string, found a whole number",
        "{'a':1} | 0 | tensor 'a' must be an object",
        "{} x | 0 | is followed by other bytes",
        "[] | 0 | does not start with '{'",
        "{'a' | 0 | not valid JSON",
        "{'a\\u0000b\\u001b':{}} | 0 | tensor 'a\\u0000b\\u001b' needs dtype",
      })
  void refusesBadHeaders(String header, int dataBytes, String message) throws IOException {
    Path path = file(quoted(header), new byte[dataBytes]);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(path + " at byte ")
        .hasMessageContaining(message);
  }

  @Test
  void theErrorPointsAtTheTensorInTheHeader() throws IOException {
    String header =
        "{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}, 'abc':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}";
    Path path = file(quoted(header), new byte[3]);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOfSatisfying(
            FormatException.class,
            e -> {
              assertThat(e.offset()).isEqualTo(8 + header.indexOf("'abc"));
              assertThat(e.file()).isEqualTo(path);
              assertThat(e.getMessage())
                  .isEqualTo(path + " at byte " + e.offset() + ": " + e.reason());
            });
  }

  @Test
  void aHeaderLengthOverTheLimitOrTheFileIsRefusedBeforeAllocation() throws IOException {
    for (long length : new long[] {0, 1, 100_000_001, 99_000_000, -1, Long.MAX_VALUE}) {
      Path path = directory.resolve("length");
      ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
      Files.write(path, bytes.putLong(0, length).array());
      assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(FormatException.class);
    }
  }

  @Test
  void filesOfOtherKindsAreNamed() throws IOException {
    Map<String, String> kinds =
        Map.of(
            "GGUF\3\0\0\0\0\0", "a GGUF file",
            "PK\3\4aaaaaaaa", "a zip archive",
            "\u0093NUMPY\1\0", "a NumPy .npy file",
            "version https://git-lfs", "a Git LFS pointer",
            "", "an empty file");
    for (var kind : kinds.entrySet()) {
      Path path = directory.resolve("kind");
      Files.writeString(path, kind.getKey(), StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> SafetensorsFile.open(path))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("this is " + kind.getValue());
    }
  }

  @Test
  void aMissingFileAndADirectoryAreRefusedInPlainWords() {
    Path missing = directory.resolve("missing.safetensors");
    assertThatThrownBy(() -> SafetensorsFile.open(missing))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot read " + missing + ": there is no such file");
    assertThatThrownBy(() -> SafetensorsFile.open(directory))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot read " + directory + ": it is a directory");
  }

  @Test
  void damageGivesOnlyFormatExceptions() throws IOException {
    Path golden = file(GOLDEN_HEADER, HexFormat.of().parseHex(GOLDEN_DATA));
    Corruption.check(
        golden,
        path -> {
          try (SafetensorsFile file = SafetensorsFile.open(path)) {
            file.tensors().values().forEach(Tensor::toFloatArray);
          }
        });
  }

  private Path file(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    Path path = directory.resolve("file.safetensors");
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(path, bytes.putLong(json.length).put(json).put(data).array());
    return path;
  }

  private static String quoted(String header) {
    return header.replace('\'', '"');
  }
}
