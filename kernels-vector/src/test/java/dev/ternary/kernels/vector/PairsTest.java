package dev.ternary.kernels.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Every pair of activations at every pair of trits. */
class PairsTest {

  @Test
  void splitsEverySumOfAPairWithoutLoss() {
    assumeFalse(VectorCpu.TRIPLES, "at this width triples are looked up");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment scratch = arena.allocate(ScratchMap.SUMS_AT + 64, 64);
      // Row i has its trits in columns 2 and 3: i % 3 - 1 and i / 3 - 1, zeros elsewhere.
      byte[] tile = new byte[Codes.UNIT_BYTES];
      for (int row = 0; row < 16; row++) {
        int trits = row < 9 ? row % 3 | (row / 3) << 2 : 5;
        Codes.put(tile, 0, row, (short) (0x5505 | trits << 4));
      }
      MemorySegment codes = arena.allocate(tile.length, 64).copyFrom(MemorySegment.ofArray(tile));
      for (int x = -128; x < 128; x++) {
        for (int y = -128; y < 128; y++) {
          // What the zeros meet.
          for (int col = 0; col < 8; col++) {
            scratch.set(JAVA_BYTE, col, (byte) (x + 31 * col));
          }
          scratch.set(JAVA_BYTE, 2, (byte) x);
          scratch.set(JAVA_BYTE, 3, (byte) y);
          Pairs.tables(scratch, 1);
          Pairs.tile(codes, 0, 1, scratch, ScratchMap.PARTS_AT);
          Pairs.addTiles(scratch, ScratchMap.PARTS_AT, 1, 1, ScratchMap.SUMS_AT, true);
          for (int row = 0; row < 16; row++) {
            int expected = row < 9 ? (row % 3 - 1) * x + (row / 3 - 1) * y : 0;
            int sum = scratch.get(JAVA_INT, ScratchMap.SUMS_AT + 4L * row);
            if (sum != expected) {
              assertThat(sum).as("row %s of %s, %s", row, x, y).isEqualTo(expected);
            }
          }
        }
      }
    }
  }
}
