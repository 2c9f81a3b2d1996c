package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CodesTest {

  /** Two bits each, 0 for -1, 1 for 0, 2 for +1, the first trit lowest: 1, -1, 0, 1, 1, 0, ... */
  private static final int PACKED = 0b10_00_00_01_10_10_01_00_10;

  @Test
  void encodesAKnownExample() {
    if (VectorCpu.LOOKS_UP) {
      // (1,-1,0) is 2 + 0 + 9, (1,1,0) is 2 + 6 + 9, (-1,-1,1) is 0 + 0 + 18.
      assertThat(Codes.encode(PACKED)).isEqualTo((short) (11 | (17 << 5) | (18 << 10)));
    } else {
      // Lowest first: 1, -1, 0, 1, 1, 0, -1, -1.
      assertThat(Codes.encode(PACKED)).isEqualTo((short) 0b11_11_00_01_01_00_11_01);
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
    assertThat(Codes.MAX_UNITS * Codes.UNIT_COLS * 128).isLessThanOrEqualTo(Short.MAX_VALUE);
  }
}
