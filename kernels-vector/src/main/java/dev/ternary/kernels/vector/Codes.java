package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.LOOKS_UP;

/**
 * How neighbouring trits of a row share 16 bits. One lane of a vector of shorts is one row, so a
 * vector holds one code of each row of a tile.
 *
 * <ul>
 *   <li>To look up: nine trits, in three fields of 5 bits; a field is the index 0 to 26 into a
 *       table, {@code (t0 + 1) + 3 (t1 + 1) + 9 (t2 + 1)}.
 *   <li>To multiply: eight trits, each a two's complement number of 2 bits, the first lowest.
 * </ul>
 */
final class Codes {

  /** Trits in a code. */
  static final int UNIT_COLS = LOOKS_UP ? 9 : 8;

  /**
   * Codes of a row after which sums of shorts go into ints. Activations reach -128, so nine columns
   * add at most 9 * 128 and {@code 28 * 9 * 128 = 32 256} still fits; so does {@code 31 * 8 * 128}.
   */
  static final int MAX_UNITS = LOOKS_UP ? 28 : 31;

  private Codes() {}

  /** The code of {@code count} trits from index {@code from}; the rest are zero trits. */
  static short encode(byte[] trits, int from, int count) {
    int code = 0;
    for (int i = UNIT_COLS - 1; i >= 0; i--) {
      int trit = i < count ? trits[from + i] : 0;
      code += LOOKS_UP ? lookUpPart(trit, i) : (trit & 3) << (2 * i);
    }
    return (short) code;
  }

  private static int lookUpPart(int trit, int index) {
    int power =
        switch (index % 3) {
          case 0 -> 1;
          case 1 -> 3;
          default -> 9;
        };
    return ((trit + 1) * power) << (5 * (index / 3));
  }
}
