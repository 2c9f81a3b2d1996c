package dev.ternary.formats.npy;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NpyFileTest {

  @TempDir Path directory;

  @Test
  void writesWhatNumPyWrites() throws IOException {
    Path path = directory.resolve("a.npy");
    NpyFile.write(path, Tensor.of(Shape.of(1, 3), (byte) -1, (byte) 0, (byte) 1), IfExists.REFUSE);
    byte[] bytes = Files.readAllBytes(path);
    assertThat(HexFormat.of().formatHex(bytes, 0, 10)).isEqualTo("934e554d505901007600");
    assertThat(HexFormat.of().formatHex(bytes, 128, 131)).isEqualTo("ff0001");
    assertThat(new String(bytes, 10, 118, StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "{'descr': '|i1', 'fortran_order': False, 'shape': (1, 3), }" + " ".repeat(58) + "\n");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BF16")
  void everyElementTypeComesBackAsItWas(DType dtype) throws IOException {
    byte[] bytes = new byte[6 * dtype.bytes()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : 37 * i + 11);
    }
    for (Shape shape : new Shape[] {Shape.of(6), Shape.of(2, 3), Shape.of(1, 6, 1)}) {
      Tensor tensor = new Tensor(dtype, shape, MemorySegment.ofArray(bytes));
      Path path = directory.resolve("a.npy");
      NpyFile.write(path, tensor, IfExists.REPLACE);
      Tensor read = NpyFile.read(path);
      assertThat(read.toString()).isEqualTo(tensor.toString());
      assertThat(read.data().mismatch(tensor.data())).isEqualTo(-1);
      try (NpyFile file = NpyFile.open(path)) {
        assertThat(file.tensor().data().isMapped()).isTrue();
        assertThat(file.tensor().data().mismatch(tensor.data())).isEqualTo(-1);
      }
    }
  }

  @Test
  void scalarsAndEmptyArraysComeBack() throws IOException {
    Path path = directory.resolve("a.npy");
    NpyFile.write(path, Tensor.of(Shape.of(), 2.5f), IfExists.REPLACE);
    assertThat(NpyFile.read(path).toFloatArray()).containsExactly(2.5f);
    NpyFile.write(path, Tensor.of(Shape.of(0, 3), new float[0]), IfExists.REPLACE);
    assertThat(NpyFile.read(path).shape()).isEqualTo(Shape.of(0, 3));
  }

  @Test
  void bigEndianAndFortranOrderAreConverted() throws IOException {
    // [[1, 2, 3], [4, 5, 6]] by columns.
    ByteBuffer data = ByteBuffer.allocate(24);
    for (int value : new int[] {1, 4, 2, 5, 3, 6}) {
      data.putInt(value);
    }
    Path path = file(1, "{'descr': '>i4', 'fortran_order': True, 'shape': (2, 3)}", data.array());
    assertThat(NpyFile.read(path).toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    try (NpyFile file = NpyFile.open(path)) {
      assertThat(file.tensor().toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  @Test
  void fortranOrderOfRankThreeFollowsTheIndexFormula() throws IOException {
    byte[] data = new byte[2 * 3 * 4];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) i;
    }
    Path path = file(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4)}", data);
    Tensor tensor = NpyFile.read(path);
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 4; k++) {
          assertThat(tensor.getLong((i * 3 + j) * 4 + k)).isEqualTo(i + 2 * j + 6 * k);
        }
      }
    }
  }

  @Test
  void allVersionsAndLegalSpellingsOfTheHeaderAreRead() throws IOException {
    String[] headers = {
      "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }   \n",
      "{\"shape\":(2,),\"descr\":\"<i2\",\"fortran_order\":True}",
      " { 'descr' : '<i2' , 'fortran_order' : False , 'shape' : ( 2L , ) } ",
    };
    for (String header : headers) {
      for (int version = 1; version <= 3; version++) {
        assertThat(NpyFile.read(file(version, header, new byte[] {1, 0, 2, 1})).toFloatArray())
            .containsExactly(1, 258);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)} "
            + "; elements of type '|O' are not supported: object arrays are Python pickles",
        "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)} ; structured arrays",
        "{'descr': '<V2', 'fortran_order': False, 'shape': (1,)} ; NumPy has no bfloat16",
        "{'descr': '<U5', 'fortran_order': False, 'shape': (1,)} ; strings are no numbers",
        "{'descr': '<u2', 'fortran_order': False, 'shape': (1,)} ; next wider signed type",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)} ; real and imaginary parts",
        "{'descr': '=f4', 'fortran_order': False, 'shape': (1,)} ; '=f4' are not supported",
        "{'descr': '|i1', 'fortran_order': False} ; the header needs 'descr', 'fortran_order'",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (1)} ; (n,) and not (n)",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (-1,)} ; expected a dimension",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (1 2)} ; expected ',' or ')'",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (99999999999999999999,)} ; too large",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904,)} ; 2^63 - 1 bytes",
        "{'descr': '|i1', 'fortran_order': 0, 'shape': (1,)} ; must be True or False, found '0,",
        "{'descr': '|i1', 'descr': '|i1', 'fortran_order': False, 'shape': (1,)} ; twice",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (1,), 'x': 1} ; unknown key 'x'",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (1,)} 1 ; is followed by '1'",
        "{'descr': '\\x7ci1', 'fortran_order': False, 'shape': (1,)} ; without escapes",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (2,)} ; I8 [2] takes 2 bytes, but 1",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (0,)} ; takes 0 bytes, but 1 follow",
      })
  void refusesBadHeaders(String header, String message) throws IOException {
    Path path = file(1, header, new byte[1]);
    assertThatThrownBy(() -> NpyFile.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(path + " at byte ")
        .hasMessageContaining(message);
  }

  @Test
  void bfloat16IsNotWritten() {
    Tensor tensor = new Tensor(DType.BF16, Shape.of(1), MemorySegment.ofArray(new byte[2]));
    Path path = directory.resolve("a.npy");
    assertThatThrownBy(() -> NpyFile.write(path, tensor, IfExists.REFUSE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("convert it to F32");
    assertThat(path).doesNotExist();
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    Path path = directory.resolve("a.npy");
    NpyFile.write(path, Tensor.of(Shape.of(1), 1f), IfExists.REFUSE);
    NpyFile file = NpyFile.open(path);
    file.close();
    file.close();
    assertThatThrownBy(file::tensor)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(path + " is closed");
  }

  @Test
  void damageGivesOnlyFormatExceptions() throws IOException {
    for (int version = 1; version <= 3; version++) {
      Path path =
          file(
              version,
              "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }\n",
              new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
      Corruption.check(path, NpyFile::read);
      Corruption.check(
          path,
          bad -> {
            try (NpyFile file = NpyFile.open(bad)) {
              file.tensor().toFloatArray();
            }
          });
    }
  }

  private Path file(int version, String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes =
        ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      bytes.putShort((short) text.length);
    } else {
      bytes.putInt(text.length);
    }
    bytes.put(text).put(data);
    byte[] all = new byte[bytes.position()];
    bytes.flip().get(all);
    return Files.write(directory.resolve("file.npy"), all);
  }
}
