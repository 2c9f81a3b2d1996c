package dev.ternary.formats.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.packed.Packing;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.trit.TernaryArray;
import java.io.IOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TritFilesTest {

  @TempDir private Path directory;

  /** A file that make_goldens.py wrote with NumPy. */
  private static Path golden(String name) throws Exception {
    URL url = Objects.requireNonNull(TritFilesTest.class.getResource(name), name);
    return Path.of(url.toURI());
  }

  /** The array that make_goldens.py saves, by the formula that stands there. */
  private static TernaryArray expected() {
    byte[] values = new byte[2 * 3 * 35];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) ((i * 7 + i / 5) % 3 - 1);
    }
    return TernaryArray.of(Shape.of(2, 3, 35), values);
  }

  @ParameterizedTest
  @ValueSource(strings = {"values.npy", "codes.npy", "fortran.npy", "wide.npy"})
  void readsWhatNumPySaves(String name) throws Exception {
    assertThat(TritNpy.read(golden(name))).isEqualTo(expected());
  }

  @Test
  void readsScalarsAndArchivesOfNumPy() throws Exception {
    assertThat(TritNpy.read(golden("scalar.npy"))).isEqualTo(TernaryArray.full(-1));
    assertThat(TritNpy.readAll(golden("both.npz")))
        .containsExactly(
            Map.entry("values", expected()),
            Map.entry("codes", expected()),
            Map.entry("empty", TernaryArray.zeros(0, 3)));
  }

  @ParameterizedTest
  @CsvSource({"VALUES, values.npy", "CODES, codes.npy"})
  void writesTheBytesThatNumPyWrites(TritElements elements, String name) throws Exception {
    Path file = directory.resolve(name);
    TritNpy.write(file, expected(), elements, IfExists.REFUSE);
    assertThat(file).hasSameBinaryContentAs(golden(name));
  }

  @Test
  void largeArraysGoThereAndBack() throws IOException {
    TernaryArray array = TernaryArray.random(5, 3, 100_003);
    Path npy = directory.resolve("a.npy");
    Path npz = directory.resolve("a.npz");
    for (TritElements elements : TritElements.values()) {
      TritNpy.write(npy, array, elements, IfExists.REPLACE);
      assertThat(TritNpy.read(npy)).isEqualTo(array);
      TritNpy.writeAll(npz, Map.of("a", array), elements, IfExists.REPLACE);
      assertThat(TritNpy.readAll(npz)).containsExactly(Map.entry("a", array));
    }
  }

  @Test
  void refusesElementsThatAreNoTritsWithTheirPlace() throws Exception {
    Path bad = golden("bad.npy");
    assertThatThrownBy(() -> TritNpy.read(bad))
        .isInstanceOf(FormatException.class)
        .hasMessage(bad + " at byte 337: I8 [2, 3, 35]: trit 2 at index 209 is not -1, 0 or +1");
    Path floats = directory.resolve("floats.npy");
    NpyFile.write(floats, Tensor.of(Shape.of(1), 0.5f), IfExists.REFUSE);
    assertThatThrownBy(() -> TritNpy.read(floats))
        .hasMessage(
            floats
                + " at byte 128: F32 [1] holds no trits, which are integers -1, 0, 1 or U8 codes"
                + " 0, 1, 2; quantize it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2bit", "base243"})
  void packedArraysGoThereAndBack(String packing) throws IOException {
    Path path = directory.resolve("a.safetensors");
    Map<String, TernaryArray> arrays =
        Map.of(
            "large", TernaryArray.random(6, 7, 300_001),
            "scalar", TernaryArray.full(1),
            "empty", TernaryArray.zeros(3, 0));
    PackedArrayFile.write(path, arrays, Packing.ofId(packing), IfExists.REFUSE);
    try (PackedArrayFile file = PackedArrayFile.open(path)) {
      assertThat(file.arrays()).isEqualTo(arrays);
      TernaryArray large = file.array("large");
      assertThat(large.add(large)).isEqualTo(arrays.get("large"));
      assertThat(large.slice("-1, ::-7"))
          .isEqualTo(TernaryArray.random(6, 7, 300_001).slice("-1, ::-7"));
      assertThatThrownBy(() -> file.array("none"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(path + " has no array 'none'; it has [");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 1000, 1001})
  void refusesCodeThreeWhereverItStands(int at) throws IOException {
    Path path = directory.resolve("a.safetensors");
    PackedArrayFile.write(
        path, Map.of("a", TernaryArray.zeros(1002)), Packing.twoBit(), IfExists.REFUSE);
    byte[] bytes = Files.readAllBytes(path);
    int offset = bytes.length - 251 + at / 4;
    bytes[offset] |= (byte) (3 << (2 * (at % 4)));
    Files.write(path, bytes);
    assertThatThrownBy(() -> PackedArrayFile.open(path))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            path
                + " at byte "
                + offset
                + ": array 'a', 2bit [1002]: code 3 at index "
                + at
                + " of shape [1002] is not 0, 1 or 2");
  }

  @Test
  void onlyFormatExceptionsComeOutOfADamagedFile() throws IOException {
    Path path = directory.resolve("a.safetensors");
    PackedArrayFile.write(
        path, Map.of("a", TernaryArray.random(1, 2, 9)), Packing.twoBit(), IfExists.REFUSE);
    byte[] whole = Files.readAllBytes(path);
    for (int i = 0; i < whole.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = whole.clone();
        damaged[i] ^= (byte) (1 << bit);
        openOrRefuse(Files.write(path, damaged));
      }
      openOrRefuse(Files.write(path, Arrays.copyOf(whole, i)));
    }
  }

  private static void openOrRefuse(Path path) throws IOException {
    try (PackedArrayFile file = PackedArrayFile.open(path)) {
      assertThat(file.arrays()).hasSize(1);
    } catch (FormatException e) {
      assertThat(e).hasMessageStartingWith(path.toString());
    }
  }

  /** The file is sparse: nearly all codes are 0, which stand for -1, and take no disk. */
  @Test
  void mapsMoreThanTwoToTheThirtyOneTrits() throws IOException {
    long trits = (1L << 31) + 12;
    Path path = directory.resolve("large.safetensors");
    writeSparse(path, trits);
    try (PackedArrayFile file = PackedArrayFile.open(path)) {
      TernaryArray array = file.array("a");
      assertThat(array.size()).isEqualTo(trits);
      assertThat(array.sum()).isEqualTo(-trits + 2);
      assertThat(array.argMax()).isEqualTo(trits - 4);
    }
  }

  private static void writeSparse(Path path, long trits) throws IOException {
    String header =
        "{\"__metadata__\":{\"ternary.array.a\":\"2bit ["
            + trits
            + "]\"},\"a\":{\"dtype\":\"U8\",\"shape\":["
            + trits / 4
            + "],\"data_offsets\":[0,"
            + trits / 4
            + "]}}";
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer start = ByteBuffer.allocate(8 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(text.length).put(text).flip();
    try (FileChannel out =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      out.write(start);
      out.write(ByteBuffer.wrap(new byte[] {2}), 8 + text.length + trits / 4 - 1);
    }
  }

  @Test
  void realNumPyReadsWhatThisWrites() throws Exception {
    String python = System.getProperty("ternary.python", "");
    Assumptions.assumeFalse(
        python.isEmpty(), "missing: Python with NumPy, -Dternary.python=/path/to/python");
    TritNpy.write(directory.resolve("v.npy"), expected(), TritElements.VALUES, IfExists.REFUSE);
    TritNpy.writeAll(
        directory.resolve("c.npz"), Map.of("c", expected()), TritElements.CODES, IfExists.REFUSE);
    PackedArrayFile.write(
        directory.resolve("p.safetensors"),
        Map.of("p", expected()),
        Packing.twoBit(),
        IfExists.REFUSE);
    String script =
        """
        import numpy as np
        v = np.load('v.npy'); c = np.load('c.npz')['c']
        i = np.arange(210)
        e = ((i * 7 + i // 5) % 3 - 1).astype(np.int8).reshape(2, 3, 35)
        raw = open('p.safetensors', 'rb').read()[-53:]
        b = np.frombuffer(raw, np.uint8)
        p = np.stack([b >> s & 3 for s in (0, 2, 4, 6)], 1).reshape(-1)[:210].reshape(2, 3, 35)
        ok = v.dtype == np.int8 and c.dtype == np.uint8 and (v == e).all() and (c == e + 1).all()
        print(bool(ok and (p == e + 1).all()))
        """;
    Process process =
        new ProcessBuilder(python, "-c", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(output.strip()).isEqualTo("True");
    assertThat(process.waitFor()).isZero();
  }
}
