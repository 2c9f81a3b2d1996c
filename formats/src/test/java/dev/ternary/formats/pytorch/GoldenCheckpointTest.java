package dev.ternary.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the real PyTorch; see make_checkpoints.py. */
class GoldenCheckpointTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zip2.pt",
        "zip4.pt",
        "zip5.pt",
        "legacy.pt",
        "legacy4.pt",
        "zip64.pt",
        "tar.pt",
        "small.pt",
        "small-legacy.pt"
      })
  void readsWhatPyTorchReads(String name) throws IOException {
    List<String> expected = Golden.lines(name + ".txt");
    try (var checkpoint = PyTorchCheckpoint.open(Golden.path(name))) {
      var lines = new ArrayList<String>();
      describe("", checkpoint.root(), lines);
      assertThat(lines).isEqualTo(expected);
    }
  }

  @Test
  void readsTheTensorsOfTorchScriptByTheirNames() throws IOException {
    try (var checkpoint = PyTorchCheckpoint.open(Golden.path("torchscript.pt"))) {
      Map<String, Tensor> state = checkpoint.stateDict();
      assertThat(state)
          .containsOnlyKeys(
              "body.0.weight",
              "body.0.bias",
              "body.1.weight",
              "body.1.bias",
              "body.1.running_mean",
              "body.1.running_var",
              "body.1.num_batches_tracked");
      assertThat(tensor(state, "body.0.weight").toFloatArray()).containsExactly(1, 2);
      assertThat(tensor(state, "body.0.bias").toFloatArray()).containsExactly(3);
      assertThat(((Map<?, ?>) checkpoint.root()).get("sizes")).isEqualTo(List.of(1L, 2L));
    }
  }

  private static Tensor tensor(Map<String, Tensor> state, String name) {
    return Optional.ofNullable(state.get(name)).orElseThrow();
  }

  /** As make_checkpoints.py does. */
  private static void describe(String where, Object value, List<String> to) {
    switch (value) {
      case Map<?, ?> map -> {
        to.add(where + " dict " + map.size());
        map.forEach((key, item) -> {
          String kind = key instanceof Long ? "int" : "str";
          describe(where + "/" + kind + ":" + key, item, to);
        });
      }
      case List<?> list -> {
        to.add(where + " list " + list.size());
        for (int i = 0; i < list.size(); i++) {
          describe(where + "/" + i, list.get(i), to);
        }
      }
      case Tensor tensor -> to.add(where + " " + describe(tensor));
      case Double number ->
          to.add(
              where + " float " + HexFormat.of().toHexDigits(Double.doubleToRawLongBits(number)));
      case Long number -> to.add(where + " int " + number);
      case Boolean truth -> to.add(where + " bool " + (truth ? "True" : "False"));
      case String text -> to.add(where + " str " + text);
      case Optional<?> none -> to.add(where + " NoneType " + (none.isEmpty() ? "None" : "?"));
      default -> throw new AssertionError(where + " is " + value.getClass());
    }
  }

  private static String describe(Tensor tensor) {
    String dtype =
        switch (tensor.dtype()) {
          case F64 -> "float64";
          case F32 -> "float32";
          case F16 -> "float16";
          case BF16 -> "bfloat16";
          case I8 -> "int8";
          case U8 -> "uint8";
          case I16 -> "int16";
          case I32 -> "int32";
          case I64 -> "int64";
          case BOOL -> "bool";
        };
    String bytes = HexFormat.of().formatHex(tensor.data().toArray(ValueLayout.JAVA_BYTE));
    return dtype + " " + tensor.shape() + " " + bytes;
  }

  @Test
  void tensorsOfOneStorageShareMemory() throws IOException {
    for (String name : new String[] {"zip2.pt", "legacy.pt"}) {
      try (var checkpoint = PyTorchCheckpoint.open(Golden.path(name))) {
        var root = (Map<?, ?>) checkpoint.root();
        Tensor whole = (Tensor) Optional.ofNullable(root.get("whole")).orElseThrow();
        Tensor row = (Tensor) Optional.ofNullable(root.get("row")).orElseThrow();
        assertThat(whole.data().isMapped()).isTrue();
        assertThat(row.data().address() - whole.data().address()).isEqualTo(16 * 4);
        Tensor column = (Tensor) Optional.ofNullable(root.get("column")).orElseThrow();
        assertThat(column.data().isMapped()).as("a copy").isFalse();
      }
    }
  }

  @Test
  void findsTheStateDictAndCutsItsPrefix() throws IOException {
    for (String name : new String[] {"small.pt", "small-legacy.pt"}) {
      try (var checkpoint = PyTorchCheckpoint.open(Golden.path(name))) {
        assertThat(checkpoint.stateDict().keySet()).containsExactly("module.a", "module.b");
        Map<String, Tensor> stripped = checkpoint.stateDict("module.");
        assertThat(stripped.keySet()).containsExactly("a", "b");
        assertThat(Optional.ofNullable(stripped.get("b")).orElseThrow().toFloatArray())
            .containsExactly(1, 3, 2, 4);
        assertThat(checkpoint.stateDict("other.").keySet()).containsExactly("module.a", "module.b");
      }
    }
  }

  @Test
  void aRootWithTensorsIsAStateDictAndOtherEntriesAreLeftOut() throws IOException {
    try (var checkpoint = PyTorchCheckpoint.open(Golden.path("zip2.pt"))) {
      assertThat(checkpoint.stateDict()).containsKey("whole").doesNotContainKey("none");
    }
  }

  @Test
  void saysThatItIsClosed() throws IOException {
    Path path = Golden.path("small.pt");
    var checkpoint = PyTorchCheckpoint.open(path);
    checkpoint.close();
    checkpoint.close();
    assertThatIllegalStateException().isThrownBy(checkpoint::root).withMessage(path + " is closed");
  }
}
