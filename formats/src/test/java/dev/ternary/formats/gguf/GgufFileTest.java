package dev.ternary.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.TernaryMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code src/test/python/golden_gguf.py} made the golden files with gguf-py. */
class GgufFileTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/gguf");

  @TempDir private Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("m.gguf"), bytes);
  }

  private void refuses(byte[] bytes, String message) throws IOException {
    Path file = file(bytes);
    assertThatThrownBy(() -> GgufFile.open(file).close())
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void readsWhatGgufPyWrites() throws IOException {
    var expected = new HashMap<String, float[]>();
    for (StoredTensor tensor : NpzFile.readAll(GOLDEN.resolve("mixed.npz"))) {
      expected.put(tensor.name(), tensor.toTensor().toFloatArray());
    }
    try (TensorFile file = TensorFiles.open(GOLDEN.resolve("mixed.gguf"))) {
      assertThat(file.kind()).isEqualTo(FileKind.GGUF);
      assertThat(file.names())
          .containsExactly("tq1", "tq2", "one", "q8", "q4", "bf16", "f16", "f32");
      for (String name : file.names()) {
        assertThat(file.tensor(name).toTensor().toFloatArray())
            .as(name)
            .isEqualTo(expected.get(name));
      }
      for (String name : List.of("tq1", "tq2")) {
        TernaryMatrix matrix = file.tensor(name).toTernary().orElseThrow().matrix();
        assertThat(matrix.scales().granularity()).isEqualTo(Granularity.row());
        assertThat(matrix.scales().toArray()).containsExactly(0.5f, 0.25f, 2f);
        assertThat(matrix.toFloatArray()).isEqualTo(expected.get(name));
      }
      assertThat(file.tensor("one").toTernary().orElseThrow().matrix().scales().toArray())
          .containsExactly(0.125f);
      assertThat(file.tensor("q8").toTernary()).isEmpty();
      assertThat(file.metadata())
          .containsEntry("general.architecture", "llama")
          .containsEntry("a.u32", "4000000000")
          .containsEntry("a.i64", "-5")
          .containsEntry("a.f32", "0.5")
          .containsEntry("a.bool", "true")
          .containsEntry("a.strings", "[3 texts]")
          .containsEntry("a.ints", "[1, -2, 3]")
          .containsEntry("a.floats", "[0.25, -1.5]");
    }
    try (GgufFile file = GgufFile.open(GOLDEN.resolve("mixed.gguf"))) {
      assertThat(file.version()).isEqualTo(3);
      assertThat(file.value("a.strings")).contains(new GgufValue.Texts(List.of("x", "yy", "")));
      assertThat(file.value("nothing")).isEmpty();
    }
  }

  @Test
  void damageIsFoundOrHarmless() throws IOException {
    var bytes =
        new GgufBytes()
            .texts("t", "a", "")
            .tensor("a", 34, new byte[54], 256, 1)
            .tensor("b", 36, new byte[64], 128, 1)
            .tensor("c", 12, new byte[144], 256)
            .tensor("d", 0, new byte[32], 4, 2);
    Corruption.check(
        file(bytes.bytes()),
        path -> {
          try (TensorFile file = TensorFiles.open(path)) {
            for (String name : file.names()) {
              StoredTensor tensor = file.tensor(name);
              if (tensor.decoded().isPresent()) {
                tensor.toTensor();
              }
              tensor.toTernary();
            }
          }
        });
  }

  @Test
  void versionsAndByteOrder() throws IOException {
    GgufBytes bytes = new GgufBytes().tensor("w", 0, new byte[4], 1);
    try (GgufFile file = GgufFile.open(file(bytes.bytes(2)))) {
      assertThat(file.version()).isEqualTo(2);
    }
    refuses(bytes.bytes(1), "version 1 of GGUF is too old");
    refuses(bytes.bytes(4), "version 4 of GGUF is unknown, expected 2 or 3");
    refuses(bytes.bytes(0x03000000), "the file is big-endian; convert it to little-endian");
  }

  @Test
  void namesAreThereOnce() throws IOException {
    refuses(new GgufBytes().uint32("a", 1).uint32("a", 2).bytes(), "the key 'a' is there twice");
    refuses(
        new GgufBytes().tensor("w", 0, new byte[4], 1).tensor("w", 0, new byte[4], 1).bytes(),
        "tensor 'w' is there twice");
  }

  @Test
  void sizesAreCheckedBeforeAnythingIsAllocated() throws IOException {
    refuses(
        new GgufBytes().tensor("w", 0, new byte[4], 0).bytes(),
        "tensor 'w' has the dimension 0, expected 1 to 2147483647");
    refuses(
        new GgufBytes().tensor("w", 0, new byte[4], 1, 1, 1, 1, 1).bytes(),
        "tensor 'w' has 5 dimensions, expected at most 4");
    refuses(
        new GgufBytes()
            .tensor("w", 0, new byte[4], 2147483647, 2147483647, 2147483647, 2147483647)
            .bytes(),
        "tensor 'w' has a shape that is too large");
    refuses(
        new GgufBytes().tensor("w", 0, new byte[4], 1 << 30).bytes(),
        "tensor 'w' of type F32 takes 4294967296 bytes, but there are 4 to the next tensor or");
    refuses(
        new GgufBytes().tensor("w", 35, new byte[66], 200).bytes(),
        "of type TQ2_0 has rows of 200 weights, which are no whole blocks of 256");
    refuses(new GgufBytes().uint32("general.alignment", 24).bytes(), "must be a power of two");
    refuses(
        new GgufBytes().value("a", 13, new byte[8]).bytes(),
        "the value of 'a' has type 13, expected 0 to 12");
    byte[] many = new GgufBytes().texts("t", "a", "b").bytes();
    many[24 + 8 + 1 + 4 + 4 + 7] = 0x7f;
    refuses(many, "the number of elements in the value of 't' is 9151314442816847874, but the");
  }

  @Test
  void whatIsNotDecodedIsListed() throws IOException {
    var bytes =
        new GgufBytes()
            .tensor("a", 39, new byte[32], 64)
            .tensor("b", 999, new byte[32], 64)
            .tensor("c", 10, new byte[96], 256);
    try (GgufFile file = GgufFile.open(file(bytes.bytes()))) {
      StoredTensor a = file.stored().getFirst();
      assertThat(a.encoding()).isEqualTo("MXFP4 or TL2");
      assertThat(a.decoded()).isEmpty();
      assertThatThrownBy(a::toTensor)
          .isInstanceOf(FormatException.class)
          .hasMessageEndingWith(
              "tensor 'a' is of type MXFP4 or TL2, and the layouts TL1 and TL2 of"
                  + " microsoft/BitNet are made for one CPU; take the model as I2_S, TQ2_0 or"
                  + " safetensors");
      assertThat(file.stored().get(1).encoding()).isEqualTo("ggml type 999");
      assertThat(file.stored().get(2).encoding()).isEqualTo("Q2_K");
    }
  }

  @Test
  void aRotatedModelIsNotTakenForWhatItIsNot() throws IOException {
    var bytes =
        new GgufBytes()
            .uint32("prism.hadamard.version", 1)
            .texts("prism.hadamard.weight_names", "w")
            .tensor("w", 35, new byte[66], 256, 1)
            .tensor("n", 0, new byte[4], 1);
    try (GgufFile file = GgufFile.open(file(bytes.bytes()))) {
      assertThat(file.notes())
          .containsExactly(
              "1 tensors are Hadamard-rotated (prism.hadamard.version), which is not computed"
                  + " here; take the model without rotation");
      assertThat(file.stored().getFirst().toTernary()).isEmpty();
      assertThatThrownBy(() -> file.stored().getFirst().toTensor())
          .hasMessageContaining("tensor 'w' is Hadamard-rotated");
      assertThat(file.stored().get(1).toTensor().getFloat(0)).isZero();
    }
  }

  @Test
  void splitFilesAreOne() throws IOException {
    Path first = folder.resolve("m-00001-of-00002.gguf");
    Path second = folder.resolve("m-00002-of-00002.gguf");
    var head =
        new GgufBytes()
            .uint32("split.count", 2)
            .uint32("split.tensors.count", 2)
            .tensor("a", 0, new byte[4], 1);
    Files.write(first, head.bytes());
    assertThatThrownBy(() -> GgufFile.open(first))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("part 2 of 2, ")
        .hasMessageEndingWith("m-00002-of-00002.gguf, is missing");
    Files.write(second, new GgufBytes().tensor("b", 0, new byte[4], 1).bytes());
    for (Path part : List.of(first, second)) {
      try (GgufFile file = GgufFile.open(part)) {
        assertThat(file.stored()).extracting(StoredTensor::name).containsExactly("a", "b");
        assertThat(file.values()).containsKey("split.count");
      }
    }
    Files.write(second, new GgufBytes().bytes());
    assertThatThrownBy(() -> GgufFile.open(first))
        .hasMessageContaining("the parts should have 2 tensors together, found 1");
    assertThatThrownBy(() -> GgufFile.open(file(head.bytes())))
        .hasMessageContaining(
            "the model is split into 2 parts, of which this is one; keep the parts together, named"
                + " NAME-00001-of-00002.gguf and so on");
  }
}
