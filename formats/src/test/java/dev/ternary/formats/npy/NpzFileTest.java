package dev.ternary.formats.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpzFile.Compression;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NpzFileTest {

  @TempDir Path directory;

  private static Map<String, Tensor> tensors() {
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("w", Tensor.of(Shape.of(2, 2), 1f, -2f, 3f, 4f));
    tensors.put("layer/b", Tensor.of(Shape.of(3), 1, 2, 3));
    return tensors;
  }

  @ParameterizedTest
  @EnumSource
  void arraysComeBackInOrder(Compression compression) throws IOException {
    Path path = directory.resolve("a.npz");
    NpzFile.write(path, tensors(), compression, IfExists.REFUSE);
    Map<String, Tensor> read = NpzFile.read(path);
    assertThat(read.keySet()).containsExactly("w", "layer/b");
    var expected = List.copyOf(tensors().values());
    var found = List.copyOf(read.values());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i).toString()).isEqualTo(expected.get(i).toString());
      assertThat(found.get(i).data().mismatch(expected.get(i).data())).isEqualTo(-1);
    }
    Path again = directory.resolve("b.npz");
    NpzFile.write(again, tensors(), compression, IfExists.REFUSE);
    assertThat(again).hasSameBinaryContentAs(path);
  }

  @ParameterizedTest
  @EnumSource
  void damageGivesOnlyFormatExceptions(Compression compression) throws IOException {
    Path path = directory.resolve("a.npz");
    Map<String, Tensor> small = Map.of("w", Tensor.of(Shape.of(3), 1, 2, 3));
    NpzFile.write(path, small, compression, IfExists.REFUSE);
    Corruption.check(path, NpzFile::read);
  }

  @Test
  void aSmallArchiveWithMuchInItIsRefusedBeforeItIsRead() throws IOException {
    Path path = directory.resolve("bomb.npz");
    int size = 10_000_000;
    Tensor zeros = new Tensor(DType.U8, Shape.of(size), MemorySegment.ofArray(new byte[size]));
    NpzFile.write(path, Map.of("zeros", zeros), Compression.DEFLATED, IfExists.REFUSE);
    assertThat(Files.size(path)).isLessThan(20_000);
    assertThatThrownBy(() -> NpzFile.read(path, 1_000_000))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("more than the 1000000 allowed");
    assertThat(NpzFile.read(path).get("zeros")).isNotNull();
  }

  @Test
  void whatIsNoArrayIsNamed() throws IOException {
    Path path = directory.resolve("other.npz");
    zip(path, "a.txt", new byte[3]);
    assertThatThrownBy(() -> NpzFile.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("entry 'a.txt' is no .npy array");
    zip(path, "a.npy", new byte[3]);
    assertThatThrownBy(() -> NpzFile.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("entry 'a.npy': this is no .npy array");
    Files.writeString(path, "no zip");
    assertThatThrownBy(() -> NpzFile.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("this is no valid zip archive of arrays");
  }

  @Test
  void bfloat16IsNotWritten() {
    Tensor tensor = new Tensor(DType.BF16, Shape.of(1), MemorySegment.ofArray(new byte[2]));
    Path path = directory.resolve("a.npz");
    assertThatThrownBy(
            () -> NpzFile.write(path, Map.of("b", tensor), Compression.STORED, IfExists.REFUSE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("convert it to F32");
    assertThat(path).doesNotExist();
  }

  private static void zip(Path path, String name, byte[] bytes) throws IOException {
    try (OutputStream out = Files.newOutputStream(path);
        var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(bytes);
      zip.closeEntry();
    }
  }
}
