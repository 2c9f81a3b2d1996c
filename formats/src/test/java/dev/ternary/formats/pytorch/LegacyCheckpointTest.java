package dev.ternary.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ternary.formats.FormatException;
import dev.ternary.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LegacyCheckpointTest {

  @TempDir private Path folder;

  /** A tensor of two floats over a part of the storage 'k' of four. */
  private static Pickles view(Pickles to, String type, long elements, long from, long length) {
    return to.global("torch._utils", "_rebuild_tensor_v2")
        .op("((")
        .text("storage")
        .global("torch", type)
        .text("k")
        .text("cpu")
        .number(elements)
        .op("(")
        .text("view")
        .number(from)
        .number(length)
        .op("ttQ")
        .number(0)
        .numbers(2)
        .numbers(1)
        .op(0x89)
        .op("NtR");
  }

  private static Pickles keys(String... keys) {
    var list = new Pickles().op("](");
    for (String key : keys) {
      list.text(key);
    }
    return list.op("e");
  }

  private Path file(Pickles root, Pickles keys, long elements) throws IOException {
    var out = new ByteArrayOutputStream();
    byte[] magic = HexFormat.of().parseHex("6cfc9c46f9206aa85019");
    out.writeBytes(new Pickles().op(0x8a, 10).raw(magic).stop());
    out.writeBytes(new Pickles().number(1001).stop());
    out.writeBytes(new Pickles().op("}").text("little_endian").op(0x88).op("s").stop());
    out.writeBytes(root.stop());
    out.writeBytes(keys.stop());
    ByteBuffer storage = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    storage.putLong(elements).putFloat(0).putFloat(1).putFloat(2).putFloat(3);
    out.writeBytes(storage.array());
    return Files.write(folder.resolve("legacy.pt"), out.toByteArray());
  }

  private static FormatException refusal(Path file) {
    FormatException refusal =
        catchThrowableOfType(FormatException.class, () -> PyTorchCheckpoint.open(file).close());
    assertThat(refusal).as(file + " must be refused").isNotNull();
    return refusal;
  }

  @Test
  void readsAPartOfAStorage() throws IOException {
    Pickles root = view(new Pickles(), "FloatStorage", 4, 2, 2);
    try (var checkpoint = PyTorchCheckpoint.open(file(root, keys("k"), 4))) {
      assertThat(((Tensor) checkpoint.root()).toFloatArray()).containsExactly(2, 3);
    }
  }

  @Test
  void refusesPartsThatAreNotInTheStorage() throws IOException {
    for (long[] part : List.of(new long[] {3, 2}, new long[] {-1, 2}, new long[] {0, -1})) {
      Pickles root = view(new Pickles(), "FloatStorage", 4, part[0], part[1]);
      assertThat(refusal(file(root, keys("k"), 4)))
          .hasMessageContaining("elements from " + part[0] + " of a storage of 4");
    }
    Pickles short1 = view(new Pickles(), "FloatStorage", 4, 3, 1);
    assertThat(refusal(file(short1, keys("k"), 4)))
        .hasMessageContaining("reaches element 1 of a storage of 1");
  }

  @Test
  void refusesStoragesThatDoNotAgree() throws IOException {
    Pickles good = view(new Pickles(), "FloatStorage", 4, 0, 2);
    assertThat(refusal(file(good, keys("k"), 5)))
        .hasMessageContaining("storage 'k' must have 4 elements, found 5");
    assertThat(refusal(file(view(new Pickles(), "FloatStorage", 4, 0, 2), keys(), 4)))
        .hasMessageContaining("no data of storage 'k'");
    assertThat(refusal(file(view(new Pickles(), "FloatStorage", 4, 0, 2), keys("k", "k"), 4)))
        .hasMessageContaining("each once");
    assertThat(refusal(file(view(new Pickles(), "FloatStorage", 5, 0, 2), keys("k"), 5)))
        .hasMessageContaining("storage 'k' needs 20 bytes, but only 16 are left");
    Pickles two = view(view(new Pickles().op("("), "FloatStorage", 4, 0, 2), "IntStorage", 4, 0, 2);
    assertThat(refusal(file(two.op("t"), keys("k"), 4)))
        .hasMessageContaining("4 elements of I32, but another that it is 4 of F32");
    assertThat(refusal(file(view(new Pickles(), "FloatStorage", -1, 0, 0), keys("k"), -1)))
        .hasMessageContaining("a number of elements");
    assertThat(refusal(file(view(new Pickles(), "FloatStorage", 1L << 61, 0, 2), keys("k"), 4)))
        .hasMessageContaining("a number of elements");
  }

  @Test
  void aBareStorageIsNoValue() throws IOException {
    Pickles root =
        new Pickles()
            .op("(")
            .text("storage")
            .global("torch", "FloatStorage")
            .text("k")
            .text("cpu")
            .number(4)
            .op("NtQ");
    assertThat(refusal(file(root, keys("k"), 4))).hasMessageContaining("a bare storage");
  }
}
