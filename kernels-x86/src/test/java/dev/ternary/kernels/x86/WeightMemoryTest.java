package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightMemoryTest {

  private record Piece(Arena arena, MemorySegment memory, byte content) {

    @SuppressWarnings("MustBeClosedChecker") // closed by checkAndClose
    static Piece of(long bytes, int content) {
      Arena arena = Arena.ofShared();
      MemorySegment memory = WeightMemory.allocate(arena, bytes);
      assertThat(memory.byteSize()).isEqualTo(bytes);
      assertThat(memory.address() % 64).isZero();
      memory.fill((byte) content);
      return new Piece(arena, memory, (byte) content);
    }

    /** Nobody else wrote to it, and it cannot be used once it is freed. */
    void checkAndClose() {
      long wrong = 0;
      for (long at = 0; at < memory.byteSize(); at += 61) {
        wrong += memory.get(JAVA_BYTE, at) == content ? 0 : 1;
      }
      assertThat(wrong).as("bytes that changed").isZero();
      arena.close();
      assertThatThrownBy(() -> memory.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void piecesOfAllSizesAreApartWhileOthersComeAndGo() {
    comeAndGo(1);
  }

  @Test
  void severalThreadsMayAskAtOnce() {
    IntStream.range(2, 6).parallel().forEach(WeightMemoryTest::comeAndGo);
  }

  private static void comeAndGo(int seed) {
    var random = new SplittableRandom(seed);
    List<Piece> pieces = new ArrayList<>();
    for (int turn = 0; turn < 150; turn++) {
      // From bytes to 16 MiB.
      pieces.add(Piece.of(1L << random.nextInt(25) | random.nextInt(1, 4096), turn));
      while (pieces.size() > random.nextInt(12)) {
        pieces.remove(random.nextInt(pieces.size())).checkAndClose();
      }
    }
    pieces.forEach(Piece::checkAndClose);
  }

  @Test
  void memoryOfWhatWasClosedIsUsedAgain() {
    Set<Long> addresses = new HashSet<>();
    for (int turn = 0; turn < 1000; turn++) {
      Piece piece = Piece.of(1 << 20, turn);
      addresses.add(piece.memory().address());
      piece.checkAndClose();
    }
    // At most those that still fit beside what others left open, and the start of the next chunk.
    assertThat(addresses).hasSizeLessThanOrEqualTo(17);
  }
}
