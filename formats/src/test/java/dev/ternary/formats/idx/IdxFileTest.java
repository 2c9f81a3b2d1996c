package dev.ternary.formats.idx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FormatException;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxFileTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "00000801 00000002 ff01, U8, 255, 1",
    "00000901 00000002 ff01, I8, -1, 1",
    "00000b01 00000002 fffe0102, I16, -2, 258",
    "00000c01 00000002 fffffffe00010000, I32, -2, 65536",
    "00000d01 00000002 3f800000c0200000, F32, 1, -2.5",
    "00000e01 00000002 3ff0000000000000c004000000000000, F64, 1, -2.5",
  })
  void everyElementTypeIsRead(String hex, DType dtype, float first, float second)
      throws IOException {
    for (boolean gzip : new boolean[] {false, true}) {
      Tensor tensor = IdxFile.read(file(hex, gzip));
      assertThat(tensor.dtype()).isEqualTo(dtype);
      assertThat(tensor.shape()).isEqualTo(Shape.of(2));
      assertThat(tensor.toFloatArray()).containsExactly(first, second);
    }
  }

  @Test
  void imagesHaveThreeDimensions() throws IOException {
    Tensor tensor = IdxFile.read(file("00000803 00000001 00000002 00000003 010203040506", false));
    assertThat(tensor.shape()).isEqualTo(Shape.of(1, 2, 3));
    assertThat(tensor.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @ParameterizedTest
  @CsvSource({
    "00000a01 00000001 00, 2, element type 10 is unknown",
    "01000801 00000001 00, 0, this is no idx file",
    "00000801 00000002 00, 8, 'the data, U8 [2], needs 2 bytes, but there are only 1 more'",
    "00000801 ffffffff 00, 4, 'more than an array can hold'",
    "00000804 ffffffff ffffffff ffffffff 00, 16, 'dimension 3 needs 4 bytes'",
    "00000803 ffffffff ffffffff ffffffff 00, 4, 'more than 2^63 - 1 elements'",
    "00000801 00000001 0000, 9, 'the array ends here, but more bytes follow'",
  })
  void refusesBadFiles(String hex, long offset, String message) throws IOException {
    Path path = file(hex, false);
    assertThatThrownBy(() -> IdxFile.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(path + " at byte " + offset + ": ")
        .hasMessageContaining(message);
    Path gzip = file(hex, true);
    assertThatThrownBy(() -> IdxFile.read(gzip))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(gzip + " at byte 0: decompressed, at its byte " + offset);
  }

  @Test
  void aDeclaredSizeThatNoGzipOfThisLengthCanHaveIsRefusedBeforeAllocation() throws IOException {
    Path path = file("00000801 7ffffff0 00", true);
    assertThatThrownBy(() -> IdxFile.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("needs 2147483632 bytes, but there are at most");
  }

  @Test
  void aGzipThatIsCutShortSaysSo() throws IOException {
    Path path = file("00000801 00000004 01020304", true);
    byte[] bytes = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(bytes, bytes.length - 4));
    assertThatThrownBy(() -> IdxFile.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessage(path + " at byte " + (bytes.length - 4) + ": the gzip data is cut short");
  }

  @Test
  void damageGivesOnlyFormatExceptions() throws IOException {
    Corruption.check(
        file("00000b02 00000002 00000003 000100020003000400050006", false), IdxFile::read);
    Corruption.check(
        file("00000b02 00000002 00000003 000100020003000400050006", true), IdxFile::read);
  }

  private Path file(String hex, boolean gzip) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    if (!gzip) {
      return Files.write(directory.resolve("a.idx"), bytes);
    }
    var compressed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    }
    return Files.write(directory.resolve("a.idx.gz"), compressed.toByteArray());
  }
}
