package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CodesTest {

  @Test
  void encodesAKnownExample() {
    byte[] trits = {0, 1, -1, 0, 1, 1, 0, -1, -1, 1};
    if (VectorCpu.LOOKS_UP) {
      // (1,-1,0) is 2 + 0 + 9, (1,1,0) is 2 + 6 + 9, (-1,-1,1) is 0 + 0 + 18.
      assertThat(Codes.encode(trits, 1, 9)).isEqualTo((short) (11 | (17 << 5) | (18 << 10)));
    } else {
      // Lowest first: 1, -1, 0, 1, 1, 0, -1, -1.
      assertThat(Codes.encode(trits, 1, 8)).isEqualTo((short) 0b11_11_00_01_01_00_11_01);
    }
  }

  @Test
  void whatIsLeftIsFilledWithZeroTrits() {
    byte[] zeros = new byte[9];
    byte[] one = {1, 0, 0, 0, 0, 0, 0, 0, 0};
    assertThat(Codes.encode(new byte[] {1}, 0, 1)).isEqualTo(Codes.encode(one, 0, Codes.UNIT_COLS));
    assertThat(Codes.encode(new byte[0], 0, 0)).isEqualTo(Codes.encode(zeros, 0, Codes.UNIT_COLS));
  }

  /** Activations reach -128, and all weights may be -1. */
  @Test
  void sumsOfABlockFitShorts() {
    assertThat(Codes.MAX_UNITS * Codes.UNIT_COLS * 128).isLessThanOrEqualTo(Short.MAX_VALUE);
  }
}
