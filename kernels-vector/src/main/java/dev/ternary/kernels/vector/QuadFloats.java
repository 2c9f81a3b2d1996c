package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.ScratchMap.OPERAND_AT;
import static dev.ternary.kernels.vector.ScratchMap.STAGING_AT;
import static dev.ternary.kernels.vector.VectorCpu.BITS;
import static dev.ternary.kernels.vector.VectorCpu.FLOATS;
import static dev.ternary.kernels.vector.VectorCpu.INTS;
import static dev.ternary.kernels.vector.VectorCpu.ORDER;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Products of float32 activations at 128 and 256 bits: a vector is the table of the products that
 * one activation has with the trits, from which ints look up. Four neighbouring columns add up as
 * {@code (p0 + p1) + (p2 + p3)}, and these sums one after the other.
 */
final class QuadFloats {

  /** What the index means; it takes two bits, and the table repeats itself. */
  private static final float[] TRITS = {-1, 0, 1, 0, -1, 0, 1, 0};

  private QuadFloats() {}

  /** Writes the tables of {@code 8 * units} activations, from which {@link #tile} looks up. */
  static void tables(MemorySegment scratch, int units) {
    FloatVector trits = FloatVector.fromArray(FLOATS, TRITS, 0);
    for (int i = 0; i < 8 * units; i++) {
      trits
          .mul(scratch.get(JAVA_FLOAT, STAGING_AT + 4L * i))
          .intoMemorySegment(scratch, OPERAND_AT + (long) VECTOR_BYTES * i, ORDER);
    }
  }

  /** Writes the sums of one tile, 16 floats. */
  static void tile(MemorySegment codes, long at, int units, MemorySegment scratch, long to) {
    if (BITS == 128) {
      for (int i = 0; i < 4; i++) {
        fourRows(codes, at, 8 * i, units, scratch, to + 16L * i);
      }
    } else {
      sixteenRows(codes, at, units, scratch, to);
    }
  }

  private static IntVector table(MemorySegment scratch, long at) {
    return IntVector.fromMemorySegment(INTS, scratch, at, ORDER);
  }

  /** At 128 bits one byte of each int is a code of four rows. */
  private static void fourRows(
      MemorySegment codes, long at, int shift, int units, MemorySegment scratch, long to) {
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int quad = 0; quad < 2 * units; quad++) {
      IntVector code =
          IntVector.fromMemorySegment(INTS, codes, at + 16L * quad, ORDER).lanewise(LSHR, shift);
      FloatVector four = FloatVector.zero(FLOATS);
      long table = OPERAND_AT + 4L * VECTOR_BYTES * quad;
      for (int two = 0; two < 2; two++) {
        FloatVector first = code.selectFrom(table(scratch, table)).reinterpretAsFloats();
        code = code.lanewise(LSHR, 2);
        FloatVector second =
            code.selectFrom(table(scratch, table + VECTOR_BYTES)).reinterpretAsFloats();
        code = code.lanewise(LSHR, 2);
        four = four.add(first.add(second));
        table += 2L * VECTOR_BYTES;
      }
      sums = sums.add(four);
    }
    sums.intoMemorySegment(scratch, to, ORDER);
  }

  /** At 256 bits eight codes become as many ints; the sums are in the order of the codes. */
  private static void sixteenRows(
      MemorySegment codes, long at, int units, MemorySegment scratch, long to) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = FloatVector.zero(FLOATS);
    for (int quad = 0; quad < 2 * units; quad++) {
      IntVector v = eightCodes(codes, at + 16L * quad);
      IntVector u = eightCodes(codes, at + 16L * quad + 8);
      FloatVector fourA = FloatVector.zero(FLOATS);
      FloatVector fourB = FloatVector.zero(FLOATS);
      long at4 = OPERAND_AT + 4L * VECTOR_BYTES * quad;
      for (int two = 0; two < 2; two++) {
        IntVector table = table(scratch, at4);
        FloatVector firstA = v.selectFrom(table).reinterpretAsFloats();
        FloatVector firstB = u.selectFrom(table).reinterpretAsFloats();
        table = table(scratch, at4 + VECTOR_BYTES);
        v = v.lanewise(LSHR, 2);
        u = u.lanewise(LSHR, 2);
        fourA = fourA.add(firstA.add(v.selectFrom(table).reinterpretAsFloats()));
        fourB = fourB.add(firstB.add(u.selectFrom(table).reinterpretAsFloats()));
        v = v.lanewise(LSHR, 2);
        u = u.lanewise(LSHR, 2);
        at4 += 2L * VECTOR_BYTES;
      }
      a = a.add(fourA);
      b = b.add(fourB);
    }
    a.intoMemorySegment(scratch, to, ORDER);
    b.intoMemorySegment(scratch, to + VECTOR_BYTES, ORDER);
  }

  private static IntVector eightCodes(MemorySegment codes, long at) {
    return (IntVector)
        ByteVector.fromMemorySegment(ByteVector.SPECIES_64, codes, at, ORDER)
            .convertShape(B2I, INTS, 0);
  }

  /** Adds the sums of some tiles to others, which are in the order of the rows, or sets them. */
  static void addTiles(MemorySegment scratch, long from, int tiles, long to, boolean set) {
    if (BITS == 128) {
      Sums.addFloats(scratch, from, 4 * tiles, to, set);
      return;
    }
    for (int i = 0; i < 16 * tiles; i++) {
      long at = to + 4L * ((i & ~15) + Codes.rowOf(i & 15));
      float sum = scratch.get(JAVA_FLOAT, from + 4L * i);
      scratch.set(JAVA_FLOAT, at, set ? sum : sum + scratch.get(JAVA_FLOAT, at));
    }
  }
}
