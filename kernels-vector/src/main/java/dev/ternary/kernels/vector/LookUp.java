package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.FLOATS;
import static dev.ternary.kernels.vector.VectorCpu.INTS;
import static dev.ternary.kernels.vector.VectorCpu.ORDER;
import static dev.ternary.kernels.vector.VectorCpu.SHORTS;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Products at 512 bits: for each three activations a table of the 27 sums that three trits can
 * make; the codes of 32 rows then look up their sums in one permutation.
 */
final class LookUp {

  /** Bytes of the three tables of shorts that belong to one code. */
  static final long SUM_UNIT_BYTES = 3L * 64;

  /** Bytes of the three tables of floats that belong to one code. */
  static final long FLOAT_UNIT_BYTES = 3L * 128;

  /** The trits of each index, first, second and third; 32 lanes, of which 27 are used. */
  private static final short[][] TRITS = trits();

  private static final float[][] FLOAT_TRITS = floatTrits();

  private LookUp() {}

  private static short[][] trits() {
    short[][] trits = new short[3][32];
    for (int i = 0; i < 27; i++) {
      trits[0][i] = (short) (i % 3 - 1);
      trits[1][i] = (short) (i / 3 % 3 - 1);
      trits[2][i] = (short) (i / 9 - 1);
    }
    return trits;
  }

  private static float[][] floatTrits() {
    float[][] floats = new float[3][32];
    for (int t = 0; t < 3; t++) {
      for (int i = 0; i < 32; i++) {
        floats[t][i] = TRITS[t][i];
      }
    }
    return floats;
  }

  /**
   * Writes the tables of {@code 9 * units} activations.
   *
   * @param x int8 activations from offset {@code at}
   */
  static void sumTables(MemorySegment x, long at, int units, MemorySegment tables, long tablesAt) {
    ShortVector first = ShortVector.fromArray(SHORTS, TRITS[0], 0);
    ShortVector second = ShortVector.fromArray(SHORTS, TRITS[1], 0);
    ShortVector third = ShortVector.fromArray(SHORTS, TRITS[2], 0);
    for (int i = 0; i < 3 * units; i++) {
      long col = at + 3L * i;
      first
          .mul(x.get(JAVA_BYTE, col))
          .add(second.mul(x.get(JAVA_BYTE, col + 1)))
          .add(third.mul(x.get(JAVA_BYTE, col + 2)))
          .intoMemorySegment(tables, tablesAt + 64L * i, ORDER);
    }
  }

  /** As {@link #sumTables}, from float32 activations. */
  static void floatTables(
      MemorySegment x, long at, int units, MemorySegment tables, long tablesAt) {
    for (int half = 0; half < 2; half++) {
      FloatVector first = FloatVector.fromArray(FLOATS, FLOAT_TRITS[0], 16 * half);
      FloatVector second = FloatVector.fromArray(FLOATS, FLOAT_TRITS[1], 16 * half);
      FloatVector third = FloatVector.fromArray(FLOATS, FLOAT_TRITS[2], 16 * half);
      for (int i = 0; i < 3 * units; i++) {
        long col = at + 12L * i;
        first
            .mul(x.get(JAVA_FLOAT, col))
            .add(second.mul(x.get(JAVA_FLOAT, col + 4)))
            .add(third.mul(x.get(JAVA_FLOAT, col + 8)))
            .intoMemorySegment(tables, tablesAt + 128L * i + 64L * half, ORDER);
      }
    }
  }

  /** Writes the sums of two neighbouring tiles, 64 shorts. */
  static void twoTiles(
      MemorySegment codes, long at, int units, MemorySegment scratch, long tablesAt, long to) {
    ShortVector a = ShortVector.zero(SHORTS);
    ShortVector b = ShortVector.zero(SHORTS);
    long other = at + 64L * units;
    for (int unit = 0; unit < units; unit++) {
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, codes, at + 64L * unit, ORDER);
      ShortVector u = ShortVector.fromMemorySegment(SHORTS, codes, other + 64L * unit, ORDER);
      long table = tablesAt + SUM_UNIT_BYTES * unit;
      ShortVector t = ShortVector.fromMemorySegment(SHORTS, scratch, table, ORDER);
      a = a.add(v.selectFrom(t));
      b = b.add(u.selectFrom(t));
      t = ShortVector.fromMemorySegment(SHORTS, scratch, table + 64, ORDER);
      a = a.add(v.lanewise(LSHR, 5).selectFrom(t));
      b = b.add(u.lanewise(LSHR, 5).selectFrom(t));
      t = ShortVector.fromMemorySegment(SHORTS, scratch, table + 128, ORDER);
      a = a.add(v.lanewise(LSHR, 10).selectFrom(t));
      b = b.add(u.lanewise(LSHR, 10).selectFrom(t));
    }
    a.intoMemorySegment(scratch, to, ORDER);
    b.intoMemorySegment(scratch, to + VECTOR_BYTES, ORDER);
  }

  /** Writes the sums of one tile, 32 shorts. */
  static void tile(
      MemorySegment codes, long at, int units, MemorySegment scratch, long tablesAt, long to) {
    ShortVector a = ShortVector.zero(SHORTS);
    ShortVector b = ShortVector.zero(SHORTS);
    for (int unit = 0; unit < units; unit++) {
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, codes, at + 64L * unit, ORDER);
      long table = tablesAt + SUM_UNIT_BYTES * unit;
      ShortVector t = ShortVector.fromMemorySegment(SHORTS, scratch, table, ORDER);
      a = a.add(v.selectFrom(t));
      t = ShortVector.fromMemorySegment(SHORTS, scratch, table + 64, ORDER);
      b = b.add(v.lanewise(LSHR, 5).selectFrom(t));
      t = ShortVector.fromMemorySegment(SHORTS, scratch, table + 128, ORDER);
      a = a.add(v.lanewise(LSHR, 10).selectFrom(t));
    }
    a.add(b).intoMemorySegment(scratch, to, ORDER);
  }

  /** Writes the sums of one tile, 32 floats. */
  static void floatTile(
      MemorySegment codes, long at, int units, MemorySegment scratch, long tablesAt, long to) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = FloatVector.zero(FLOATS);
    for (int unit = 0; unit < units; unit++) {
      ShortVector both = ShortVector.fromMemorySegment(SHORTS, codes, at + 64L * unit, ORDER);
      IntVector v = (IntVector) both.convertShape(S2I, INTS, 0);
      IntVector u = (IntVector) both.convertShape(S2I, INTS, 1);
      long table = tablesAt + FLOAT_UNIT_BYTES * unit;
      // A loop, because C2 stops inlining (and boxes) when all three are written out.
      for (int field = 0; field < 3; field++) {
        IntVector low = IntVector.fromMemorySegment(INTS, scratch, table, ORDER);
        IntVector high = IntVector.fromMemorySegment(INTS, scratch, table + 64, ORDER);
        a = a.add(v.selectFrom(low, high).reinterpretAsFloats());
        b = b.add(u.selectFrom(low, high).reinterpretAsFloats());
        v = v.lanewise(LSHR, 5);
        u = u.lanewise(LSHR, 5);
        table += 128;
      }
    }
    a.intoMemorySegment(scratch, to, ORDER);
    b.intoMemorySegment(scratch, to + VECTOR_BYTES, ORDER);
  }
}
