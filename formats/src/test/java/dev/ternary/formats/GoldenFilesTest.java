package dev.ternary.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.idx.IdxFile;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that NumPy, safetensors and torch wrote; {@code src/test/python/golden.py} made them. */
class GoldenFilesTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir Path directory;

  private static void requireCounting(Tensor tensor, DType dtype) {
    assertThat(tensor.dtype()).isEqualTo(dtype);
    assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
    float[] expected =
        switch (dtype) {
          case U8 -> new float[] {0, 1, 2, 3, 4, 5};
          case BOOL -> new float[] {0, 1, 0, 1, 0, 1};
          case F32, F16, BF16, F64, I8, I16, I32, I64 -> new float[] {-2, -1, 0, 1, 2, 3};
        };
    assertThat(tensor.toFloatArray()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "f2, F16",
    "f4, F32",
    "f8, F64",
    "i1, I8",
    "i2, I16",
    "i4, I32",
    "i8, I64",
    "u1, U8",
    "b1, BOOL"
  })
  void readsEveryArrayOfNumPyAndWritesTheSameBytes(String name, DType dtype) throws IOException {
    Path golden = GOLDEN.resolve(name + ".npy");
    Tensor tensor = NpyFile.read(golden);
    requireCounting(tensor, dtype);
    Path written = directory.resolve("a.npy");
    NpyFile.write(written, tensor, IfExists.REFUSE);
    assertThat(written).hasSameBinaryContentAs(golden);
  }

  @ParameterizedTest
  @CsvSource({"f2, F16", "f4, F32", "f8, F64", "i1, I8", "i2, I16", "i4, I32", "i8, I64"})
  void readsBigEndianArraysInFortranOrder(String name, DType dtype) throws IOException {
    requireCounting(NpyFile.read(GOLDEN.resolve(name + "-big-fortran.npy")), dtype);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void readsEveryVersionOfNpy(int version) throws IOException {
    requireCounting(NpyFile.read(GOLDEN.resolve("version" + version + ".npy")), DType.F32);
  }

  @Test
  void readsScalarsVectorsAndEmptyArrays() throws IOException {
    assertThat(NpyFile.read(GOLDEN.resolve("scalar.npy")).toFloatArray()).containsExactly(2.5f);
    assertThat(NpyFile.read(GOLDEN.resolve("scalar.npy")).shape()).isEqualTo(Shape.of());
    assertThat(NpyFile.read(GOLDEN.resolve("vector.npy")).toFloatArray()).containsExactly(0, 1, 2);
    assertThat(NpyFile.read(GOLDEN.resolve("empty.npy")).shape()).isEqualTo(Shape.of(0, 3));
  }

  @ParameterizedTest
  @CsvSource({
    "object, object arrays are Python pickles",
    "structured, structured arrays",
    "string, strings are no numbers",
    "unsigned, next wider signed type",
    "complex, real and imaginary parts",
  })
  void refusesWhatIsNoTensorAndSaysWhy(String name, String reason) {
    assertThatThrownBy(() -> NpyFile.read(GOLDEN.resolve("refused-" + name + ".npy")))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stored", "deflated"})
  void readsArchivesOfNumPy(String name) throws IOException {
    Map<String, Tensor> arrays = NpzFile.read(GOLDEN.resolve(name + ".npz"));
    assertThat(arrays.keySet()).containsExactly("w", "layer/b");
    var tensors = arrays.values().iterator();
    requireCounting(tensors.next(), DType.F32);
    assertThat(tensors.next().toFloatArray()).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @EnumSource
  void readsEveryTensorOfTorch(DType dtype) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(GOLDEN.resolve("all.safetensors"))) {
      requireCounting(file.tensor(dtype.name().toLowerCase(Locale.ROOT)), dtype);
      assertThat(file.tensor("scalar").toFloatArray()).containsExactly(2.5f);
      assertThat(file.tensor("größe").shape()).isEqualTo(Shape.of(0, 4));
    }
  }

  @Test
  void writesTheSafetensorsFileThatTorchWrites() throws IOException {
    Path golden = GOLDEN.resolve("all.safetensors");
    Path written = directory.resolve("all.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(golden)) {
      SafetensorsWriter.write(written, file.tensors(), file.metadata(), IfExists.REFUSE);
    }
    assertThat(written).hasSameBinaryContentAs(golden);
  }

  @Test
  void refusesAnElementTypeThatJavaCodeCannotHold() {
    assertThatThrownBy(() -> SafetensorsFile.open(GOLDEN.resolve("refused-u16.safetensors")))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("tensor 'x' has dtype U16, which is not supported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"images.idx", "images.idx.gz"})
  void readsIdxImages(String name) throws IOException {
    Tensor tensor = IdxFile.read(GOLDEN.resolve(name));
    assertThat(tensor.toString()).isEqualTo("U8 [1, 2, 3]");
    assertThat(tensor.toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
  }
}
