package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class CodesTest {

  /** Two bits each, 0 for -1, 1 for 0, 2 for +1, the first trit lowest: 1, -1, 0, 1, 1, 0, ... */
  private static final int PACKED = 0b10_00_00_01_10_10_01_00_10;

  @Test
  void encodesAKnownExample() {
    if (VectorCpu.TRIPLES) {
      // (1,-1,0) is 2 + 0 + 9, (1,1,0) is 2 + 6 + 9, (-1,-1,1) is 0 + 0 + 18.
      assertThat(Codes.encode(PACKED)).isEqualTo((short) (11 | (17 << 5) | (18 << 10)));
    } else {
      // As it is packed.
      assertThat(Codes.encode(PACKED)).isEqualTo((short) 0b00_00_01_10_10_01_00_10);
    }
  }

  @Test
  void bitsBeyondTheUnitDoNotMatter() {
    int beyond = 0xdeadbeef << (2 * Codes.UNIT_COLS);
    assertThat(Codes.encode((PACKED & ~(-1 << (2 * Codes.UNIT_COLS))) | beyond))
        .isEqualTo(Codes.encode(PACKED));
  }

  @Test
  void whatIsLeftIsFilledWithZeroTrits() {
    // 1, -1 and seven zeros.
    int two = 0b01_01_01_01_01_01_01_00_10;
    assertThat(Codes.encode(PACKED, 2)).isEqualTo(Codes.encode(two));
    assertThat(Codes.encode(PACKED, Codes.UNIT_COLS)).isEqualTo(Codes.encode(PACKED));
  }

  /** Activations reach -128, and all weights may be -1. */
  @Test
  void sumsOfABlockFitShorts() {
    if (VectorCpu.TRIPLES) {
      assertThat(Codes.MAX_UNITS * Codes.UNIT_COLS * 128).isLessThanOrEqualTo(Short.MAX_VALUE);
    } else {
      // Unsigned, and each of the four pairs of a unit adds 0 to 24.
      assertThat(Codes.MAX_UNITS * 4 * 24).isLessThan(1 << 16);
    }
  }

  @Test
  void codesOfATileLieWhereTheKernelsLookForThem() {
    byte[] tile = new byte[2 * Codes.UNIT_BYTES];
    Codes.put(tile, 1, 6, (short) 0x1234);
    if (VectorCpu.TRIPLES) {
      var shorts = ByteBuffer.wrap(tile).order(ByteOrder.nativeOrder()).asShortBuffer();
      assertThat(shorts.get(32 + 6)).isEqualTo((short) 0x1234);
    } else {
      // Row 6 is the second of the second four, so byte 1 of int 2.
      assertThat(tile[32 + 9]).isEqualTo((byte) 0x34);
      assertThat(tile[32 + 16 + 9]).isEqualTo((byte) 0x12);
      assertThat(Codes.rowOf(9)).isEqualTo(6);
    }
  }
}
