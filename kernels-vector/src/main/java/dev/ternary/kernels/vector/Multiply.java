package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.FLOATS;
import static dev.ternary.kernels.vector.VectorCpu.INTS;
import static dev.ternary.kernels.vector.VectorCpu.ORDER;
import static dev.ternary.kernels.vector.VectorCpu.SHORTS;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Products at 128 and 256 bits: two shifts make a lane of -1, 0 or +1 from a code, which is
 * multiplied by an activation that fills a vector. Needs nothing that AVX2 or NEON lacks.
 */
final class Multiply {

  /** Bytes of the eight activations of one code, each filling a vector of shorts or floats. */
  static final long UNIT_BYTES = 8L * VECTOR_BYTES;

  private Multiply() {}

  /**
   * Fills a vector with each of {@code 8 * units} activations.
   *
   * @param x int8 activations from offset {@code at}
   */
  static void spread(MemorySegment x, long at, int units, MemorySegment to, long toAt) {
    for (int i = 0; i < 8 * units; i++) {
      ShortVector.broadcast(SHORTS, (short) x.get(JAVA_BYTE, at + i))
          .intoMemorySegment(to, toAt + (long) VECTOR_BYTES * i, ORDER);
    }
  }

  /** As {@link #spread}, from float32 activations. */
  static void spreadFloats(MemorySegment x, long at, int units, MemorySegment to, long toAt) {
    for (int i = 0; i < 8 * units; i++) {
      FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, at + 4L * i))
          .intoMemorySegment(to, toAt + (long) VECTOR_BYTES * i, ORDER);
    }
  }

  /** Writes the sums of two neighbouring tiles as shorts. */
  static void twoTiles(
      MemorySegment codes, long at, int units, MemorySegment scratch, long xAt, long to) {
    ShortVector a = ShortVector.zero(SHORTS);
    ShortVector b = ShortVector.zero(SHORTS);
    long other = at + (long) VECTOR_BYTES * units;
    for (int unit = 0; unit < units; unit++) {
      long step = (long) VECTOR_BYTES * unit;
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, codes, at + step, ORDER);
      ShortVector u = ShortVector.fromMemorySegment(SHORTS, codes, other + step, ORDER);
      long last = xAt + UNIT_BYTES * (unit + 1) - VECTOR_BYTES;
      // From the highest trit down, in halves: C2 stops inlining (and boxes) when all eight are
      // written out, and is half as fast when they are one loop.
      for (int half = 0; half < 2; half++) {
        ShortVector x = ShortVector.fromMemorySegment(SHORTS, scratch, last, ORDER);
        a = a.add(v.lanewise(ASHR, 14).mul(x));
        b = b.add(u.lanewise(ASHR, 14).mul(x));
        x = ShortVector.fromMemorySegment(SHORTS, scratch, last - VECTOR_BYTES, ORDER);
        a = a.add(v.lanewise(LSHL, 2).lanewise(ASHR, 14).mul(x));
        b = b.add(u.lanewise(LSHL, 2).lanewise(ASHR, 14).mul(x));
        x = ShortVector.fromMemorySegment(SHORTS, scratch, last - 2L * VECTOR_BYTES, ORDER);
        a = a.add(v.lanewise(LSHL, 4).lanewise(ASHR, 14).mul(x));
        b = b.add(u.lanewise(LSHL, 4).lanewise(ASHR, 14).mul(x));
        x = ShortVector.fromMemorySegment(SHORTS, scratch, last - 3L * VECTOR_BYTES, ORDER);
        a = a.add(v.lanewise(LSHL, 6).lanewise(ASHR, 14).mul(x));
        b = b.add(u.lanewise(LSHL, 6).lanewise(ASHR, 14).mul(x));
        v = v.lanewise(LSHL, 8);
        u = u.lanewise(LSHL, 8);
        last -= 4L * VECTOR_BYTES;
      }
    }
    a.intoMemorySegment(scratch, to, ORDER);
    b.intoMemorySegment(scratch, to + VECTOR_BYTES, ORDER);
  }

  /** Writes the sums of one tile as shorts. */
  static void tile(
      MemorySegment codes, long at, int units, MemorySegment scratch, long xAt, long to) {
    ShortVector a = ShortVector.zero(SHORTS);
    for (int unit = 0; unit < units; unit++) {
      long step = (long) VECTOR_BYTES * unit;
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, codes, at + step, ORDER);
      long last = xAt + UNIT_BYTES * (unit + 1) - VECTOR_BYTES;
      // From the highest trit down, in halves: C2 stops inlining (and boxes) when all eight are
      // written out, and is half as fast when they are one loop.
      for (int half = 0; half < 2; half++) {
        ShortVector x = ShortVector.fromMemorySegment(SHORTS, scratch, last, ORDER);
        a = a.add(v.lanewise(ASHR, 14).mul(x));
        x = ShortVector.fromMemorySegment(SHORTS, scratch, last - VECTOR_BYTES, ORDER);
        a = a.add(v.lanewise(LSHL, 2).lanewise(ASHR, 14).mul(x));
        x = ShortVector.fromMemorySegment(SHORTS, scratch, last - 2L * VECTOR_BYTES, ORDER);
        a = a.add(v.lanewise(LSHL, 4).lanewise(ASHR, 14).mul(x));
        x = ShortVector.fromMemorySegment(SHORTS, scratch, last - 3L * VECTOR_BYTES, ORDER);
        a = a.add(v.lanewise(LSHL, 6).lanewise(ASHR, 14).mul(x));
        v = v.lanewise(LSHL, 8);
        last -= 4L * VECTOR_BYTES;
      }
    }
    a.intoMemorySegment(scratch, to, ORDER);
  }

  /** Writes the sums of one tile as floats. */
  static void floatTile(
      MemorySegment codes, long at, int units, MemorySegment scratch, long xAt, long to) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = FloatVector.zero(FLOATS);
    for (int unit = 0; unit < units; unit++) {
      ShortVector both =
          ShortVector.fromMemorySegment(SHORTS, codes, at + (long) VECTOR_BYTES * unit, ORDER);
      IntVector v = ((IntVector) both.convertShape(S2I, INTS, 0)).lanewise(LSHL, 16);
      IntVector u = ((IntVector) both.convertShape(S2I, INTS, 1)).lanewise(LSHL, 16);
      long last = xAt + UNIT_BYTES * (unit + 1) - VECTOR_BYTES;
      // From the highest trit down, in a loop: C2 stops inlining (and boxes) when it is written
      // out.
      for (int i = 0; i < 8; i++) {
        FloatVector x =
            FloatVector.fromMemorySegment(FLOATS, scratch, last - (long) VECTOR_BYTES * i, ORDER);
        a = a.add(((FloatVector) v.lanewise(ASHR, 30).convertShape(I2F, FLOATS, 0)).mul(x));
        b = b.add(((FloatVector) u.lanewise(ASHR, 30).convertShape(I2F, FLOATS, 0)).mul(x));
        v = v.lanewise(LSHL, 2);
        u = u.lanewise(LSHL, 2);
      }
    }
    a.intoMemorySegment(scratch, to, ORDER);
    b.intoMemorySegment(scratch, to + VECTOR_BYTES, ORDER);
  }
}
