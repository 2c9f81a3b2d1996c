package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static dev.ternary.kernels.vector.VectorCpu.TRIPLES;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How neighbouring trits of a row share 16 bits, and where those lie in a tile.
 *
 * <ul>
 *   <li>{@link VectorCpu#TRIPLES}: nine trits, in three fields of 5 bits; a field is the index 0 to
 *       26 into a table, {@code (t0 + 1) + 3 (t1 + 1) + 9 (t2 + 1)}. One lane of a vector of shorts
 *       is one row.
 *   <li>Else eight trits as {@code Packing.twoBit()} has them, {@code t + 1} in two bits, the first
 *       lowest: two bytes, each of two pairs. First come the first bytes of all 16 rows, then the
 *       second ones. Byte {@code i} is that of row {@link #rowOf}, so that what four bytes of an
 *       int become, when they are taken apart, are four times four neighbouring rows.
 * </ul>
 */
final class Codes {

  /** Trits in a code. */
  static final int UNIT_COLS = TRIPLES ? 9 : 8;

  /** Bytes of the codes of the rows of a tile. */
  static final int UNIT_BYTES = Short.BYTES * TILE_ROWS;

  /**
   * Most codes of a row in a block. Of triples, sums of shorts go into ints after so many:
   * activations reach -128, so nine columns add at most 9 * 128 and {@code 28 * 9 * 128 = 32 256}
   * still fits. Of pairs, the tables of so many fit the first-level cache, and the codes of
   * neighbouring tiles are not 4 KiB apart, which would put them all into one set of it.
   */
  static final int MAX_UNITS = TRIPLES ? 28 : 124;

  /** Trits that are all zero, two bits each. */
  private static final int ZERO_TRITS = 0x5555_5555;

  private static final int UNIT_MASK = (1 << (2 * UNIT_COLS)) - 1;

  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, VectorCpu.ORDER);

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
    if (TRIPLES) {
      int bits = packed & UNIT_MASK;
      return (short) (SIX_TRITS[bits & 0xfff] | (SIX_TRITS[bits >>> 12] << 10));
    }
    return (short) packed;
  }

  /** The code of the first {@code count} of packed trits, at most a unit; the rest are zero. */
  static short encode(int packed, int count) {
    int mask = (1 << (2 * count)) - 1;
    return encode((packed & mask) | (ZERO_TRITS & ~mask));
  }

  /** The row of a tile whose byte is at {@code lane} of 16; and the other way round. */
  static int rowOf(int lane) {
    return 4 * (lane & 3) + (lane >> 2);
  }

  /** Writes the code of one row and unit to where it lies among those of a tile. */
  static void put(byte[] tile, int unit, int row, short code) {
    if (TRIPLES) {
      SHORTS.set(tile, unit * UNIT_BYTES + Short.BYTES * row, code);
    } else {
      int at = unit * UNIT_BYTES + rowOf(row);
      tile[at] = (byte) code;
      tile[at + TILE_ROWS] = (byte) (code >> 8);
    }
  }
}
