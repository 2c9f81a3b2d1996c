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

  /** Trits that are all zero, two bits each. */
  private static final int ZERO_TRITS = 0x5555_5555;

  private static final int UNIT_MASK = (1 << (2 * UNIT_COLS)) - 1;

  /** Two fields for the 2-bit codes of six trits. */
  private static final short[] SIX_TRITS = sixTrits();

  private Codes() {}

  private static short[] sixTrits() {
    short[] fields = new short[1 << 12];
    for (int bits = 0; bits < fields.length; bits++) {
      fields[bits] = (short) (field(bits) | (field(bits >>> 6) << 5));
    }
    return fields;
  }

  private static int field(int bits) {
    return (bits & 3) + 3 * ((bits >>> 2) & 3) + 9 * ((bits >>> 4) & 3);
  }

  /** The code of the first {@link #UNIT_COLS} of packed trits, two bits each. */
  static short encode(int packed) {
    if (LOOKS_UP) {
      int bits = packed & UNIT_MASK;
      return (short) (SIX_TRITS[bits & 0xfff] | (SIX_TRITS[bits >>> 12] << 10));
    }
    // 0, 1, 2 become -1, 0, 1: the low bit is turned over, the high one is set for 0 alone.
    int low = ~packed & 0x5555;
    int high = ~(packed | (packed << 1)) & 0xaaaa;
    return (short) (low | high);
  }

  /** The code of the first {@code count} of packed trits, at most a unit; the rest are zero. */
  static short encode(int packed, int count) {
    int mask = (1 << (2 * count)) - 1;
    return encode((packed & mask) | (ZERO_TRITS & ~mask));
  }
}
