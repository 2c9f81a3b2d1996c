package dev.ternary.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.FormatException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamagedCheckpointTest {

  /** Whether the bytes could be read; anything but FormatException fails the test. */
  private static boolean read(String name, byte[] bytes) {
    Path file = Path.of(name);
    try (Arena copies = Arena.ofConfined()) {
      var inMemory = new FileBytes(file, MemorySegment.ofArray(bytes));
      Object root = PyTorchCheckpoint.read(inMemory, copies).root();
      assertThat(root.toString()).isNotEmpty();
      return true;
    } catch (FormatException e) {
      assertThat(e.file()).isEqualTo(file);
      assertThat(e.offset()).isBetween(0L, (long) bytes.length);
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.pt", "zip64.pt", "small-legacy.pt", "tar.pt"})
  void cutAtEveryByteIsRefused(String name) throws IOException {
    byte[] bytes = Golden.bytes(name);
    for (int length = 0; length < end(name, bytes); length++) {
      assertThat(read(name, Arrays.copyOf(bytes, length)))
          .as(name + " cut to " + length + " bytes")
          .isFalse();
    }
  }

  /** Where the file ends, or its zeros begin: those at the end of a tar archive tell nothing. */
  private static int end(String name, byte[] bytes) {
    int end = bytes.length;
    while (name.startsWith("tar") && bytes[end - 1] == 0) {
      end--;
    }
    return end;
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.pt", "zip64.pt", "small-legacy.pt", "tar.pt"})
  void everyFlippedBitIsReadOrRefused(String name) throws IOException {
    byte[] bytes = Golden.bytes(name);
    int refused = 0;
    for (int bit = 0; bit < 8 * end(name, bytes); bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      refused += read(name, flipped) ? 0 : 1;
    }
    assertThat(refused).isPositive();
  }
}
