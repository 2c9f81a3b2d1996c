package dev.ternary.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.tensors.TensorFiles;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints as people have them, of the real PyTorch; see make_in_use.py. */
class CheckpointsInUseTest {

  @TempDir private Path folder;

  private static Path file(String name) {
    return Golden.path("in-use-" + name + ".pth");
  }

  private static void assertState(TensorFile file, String prefix) throws IOException {
    assertThat(file.names()).containsExactly(prefix + "0.weight", prefix + "0.bias");
    assertThat(file.tensor(prefix + "0.weight").toTensor().toFloatArray())
        .containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(file.tensor(prefix + "0.bias").toTensor().toFloatArray()).containsExactly(1.5f, -2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"metric", "metric-legacy"})
  void aMetricBesideTheStateDictDoesNotHideIt(String name) throws IOException {
    try (TensorFile file = TensorFiles.open(file(name))) {
      assertState(file, "");
      assertThat(file.notes())
          .containsExactly("took the tensors under 'state_dict' and left out those of 'best_acc1'");
    }
  }

  @ParameterizedTest
  @CsvSource({"params, 1", "net, 0"})
  void findsStateDictsUnderTheNamesOfOtherPrograms(String name, int notes) throws IOException {
    try (TensorFile file = TensorFiles.open(file(name))) {
      assertState(file, "");
      assertThat(file.notes()).hasSize(notes);
    }
  }

  @Test
  void anyOtherKeyStaysInTheNamesAndTheOptimizerOut() throws IOException {
    try (TensorFile file = TensorFiles.open(file("other-key"))) {
      assertState(file, "generator.");
      assertThat(file.notes()).containsExactly("left out the tensors under 'optimizer'");
    }
  }

  @Test
  void aKeyNamesThePart() throws IOException {
    try (TensorFile file = TensorFiles.open(file("other-key"), Optional.of("generator"))) {
      assertState(file, "");
    }
    try (TensorFile file = TensorFiles.open(file("params"), Optional.of("params"))) {
      assertThat(file.names()).containsExactly("a");
    }
    try (TensorFile file = TensorFiles.open(file("other-key"), Optional.of("optimizer.state.0"))) {
      assertThat(file.names()).containsExactly("exp_avg");
    }
    for (String wrong : List.of("gen", "generator.0", "")) {
      assertThatThrownBy(() -> TensorFiles.open(file("other-key"), Optional.of(wrong)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              file("other-key")
                  + " has no tensors under '"
                  + wrong
                  + "'; its root is a dict with 2 keys: 'generator', 'optimizer'");
    }
    assertThatThrownBy(() -> TensorFiles.open(folder, Optional.of("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no PyTorch checkpoint");
  }

  @Test
  void innerDictsAndListsGiveNamesWithDots() throws IOException {
    try (TensorFile file = TensorFiles.open(file("nested"))) {
      assertThat(file.names()).containsExactly("enc.weight", "head.weight");
      assertThat(file.tensor("head.weight").toTensor().toFloatArray())
          .containsExactly(2, 2, 2, 2, 2, 2);
    }
    try (TensorFile file = TensorFiles.open(file("lists"))) {
      assertThat(file.names()).containsExactly("w", "lst.0", "lst.1", "lst.2");
      assertThat(file.tensor("lst.2").toTensor().toFloatArray()).containsExactly(2, 2);
    }
    try (TensorFile file = TensorFiles.open(file("tensor"))) {
      assertThat(file.names()).containsExactly("array");
    }
  }

  @Test
  void aNameThatComesTwiceIsTakenOnceAndSaidSo() throws IOException {
    // {'a.b': t, 'a': {'b': t}}
    var pickle = new Pickles().op("}").text("a.b").tensor(4, 0, new long[] {4}, new long[] {1});
    pickle.op("s").text("a").op("}").text("b");
    pickle.tensor(4, 1, new long[] {2}, new long[] {1}).op("ss");
    try (TensorFile file = TensorFiles.open(pickle.zip(folder.resolve("twice.pt")))) {
      assertThat(file.names()).containsExactly("a.b");
      assertThat(file.tensor("a.b").toTensor().toFloatArray()).containsExactly(0, 1, 2, 3);
      assertThat(file.notes()).containsExactly("left out a second tensor of the name 'a.b'");
    }
  }

  @Test
  void readsBytesBesideTheWeights() throws IOException {
    try (var checkpoint = PyTorchCheckpoint.open(file("bytes"))) {
      var root = (Map<?, ?>) checkpoint.root();
      assertThat(root.get("tok")).isEqualTo(ByteBuffer.wrap(new byte[] {'a', (byte) 0xe9}));
      assertThat(root.get("empty")).isEqualTo(ByteBuffer.allocate(0));
      assertThat(root.get("more")).isEqualTo(ByteBuffer.wrap(new byte[] {0, 'b'}));
      assertThat(root.get("set")).isEqualTo(List.of(1L, 2L));
      assertThat(checkpoint.stateDict()).containsOnlyKeys("w");
    }
  }

  @Test
  void readsParametersWithAttributesAndBuffers() throws IOException {
    try (var checkpoint = PyTorchCheckpoint.open(file("attribute"))) {
      assertThat(checkpoint.stateDict().keySet()).containsExactly("w", "b");
      assertThat(checkpoint.tensors().tensors().get(1).toTensor().toFloatArray())
          .containsExactly(3, 3);
    }
  }

  @Test
  void readsExpandedAndOverlappingBuffers() throws IOException {
    try (TensorFile file = TensorFiles.open(file("expanded"))) {
      assertThat(file.names()).containsExactly("w", "idx", "u");
      assertThat(file.tensor("idx").toTensor().toFloatArray()).containsExactly(0, 1, 2, 0, 1, 2);
      assertThat(file.tensor("u").toTensor().toFloatArray())
          .containsExactly(0, 1, 2, 1, 2, 3, 2, 3, 4);
    }
  }

  @Test
  void listsTensorsOfOtherElementTypesWithTheirBytes() throws IOException {
    try (TensorFile file = TensorFiles.open(file("strange"))) {
      assertThat(file.kind()).isEqualTo(FileKind.PYTORCH);
      assertThat(file.names()).containsExactly("w", "c", "f", "u", "z");
      assertThat(file.names().stream().map(n -> file.tensor(n).encoding()))
          .containsExactly("F32", "C64", "F8_E4M3", "U16", "C128");
      // 1 is 0x38 and -2 is 0xc0 in E4M3.
      assertThat(bytes(file.tensor("f"))).containsExactly(0x38, (byte) 0xc0);
      // Transposed: [[1, 3], [65535, 4]].
      assertThat(bytes(file.tensor("u"))).containsExactly(1, 0, 3, 0, -1, -1, 4, 0);
      assertThat(file.tensor("u").shape().toArray()).containsExactly(2, 2);
      assertThat(bytes(file.tensor("c"))).hasSize(16);
      assertThat(bytes(file.tensor("z"))).hasSize(16);
      assertThatThrownBy(() -> file.tensor("c").toTensor())
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("tensor 'c' has elements of type C64, which is not supported");
    }
    try (var checkpoint = PyTorchCheckpoint.open(file("strange"))) {
      assertThatThrownBy(checkpoint::stateDict).hasMessageContaining("tensor 'c'");
    }
  }

  private static byte[] bytes(StoredTensor tensor) {
    return tensor.bytes().toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void oldProtocolsAreNamed() {
    assertThatThrownBy(() -> PyTorchCheckpoint.open(file("protocol1")))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("a pickle of protocol 2 to 5 must begin here");
  }

  @Test
  void readsStringsOfPython2AndHalvesOfCharacters() throws IOException {
    // {U'\xe9t\xe9': '\udc80x'}, the key in Latin-1.
    var pickle = new Pickles().op("}U\u0003").raw(new byte[] {(byte) 0xe9, 't', (byte) 0xe9});
    pickle.op("X").u32(4).raw(new byte[] {(byte) 0xed, (byte) 0xb2, (byte) 0x80, 'x'}).op("s");
    try (var checkpoint = PyTorchCheckpoint.open(pickle.zip(folder.resolve("py2.pt")))) {
      assertThat(checkpoint.root()).isEqualTo(Map.of("\u00e9t\u00e9", "\ufffdx"));
    }
  }

  @Test
  void whatBuildsTensorsTakesNothingElse() throws IOException {
    refused(
        new Pickles().global("_codecs", "encode").text("a").text("utf-7").op(0x86).op("R"),
        "takes a string and 'latin1'");
    refused(
        new Pickles().global("_codecs", "encode").text("\u0100").text("latin1").op(0x86).op("R"),
        "a character is no byte");
    refused(
        new Pickles().global("builtins", "bytearray").number(1 << 30).op(0x85).op("R"),
        "takes bytes, found int");
    refused(
        new Pickles().global("builtins", "set").text("ab").op(0x85).op("R"),
        "takes a list, found str");
    refused(
        new Pickles()
            .global("torch._tensor", "_rebuild_from_type_v2")
            .op("(")
            .global("torch._tensor", "_rebuild_from_type_v2")
            .global("torch", "Tensor")
            .op(")}tR"),
        "refuses to call global torch._tensor._rebuild_from_type_v2");
    refused(
        new Pickles()
            .global("torch._tensor", "_rebuild_from_type_v2")
            .op("(")
            .global("torch._utils", "_rebuild_tensor_v2")
            .global("torch", "FloatStorage")
            .op(")}tR"),
        "takes a function, a class of torch and a tuple");
  }

  private void refused(Pickles pickle, String message) throws IOException {
    Path file = pickle.zip(folder.resolve("refused.pt"));
    assertThatThrownBy(() -> PyTorchCheckpoint.open(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(message);
  }
}
