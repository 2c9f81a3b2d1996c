package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.FLOATS;
import static dev.ternary.kernels.vector.VectorCpu.INTS;
import static dev.ternary.kernels.vector.VectorCpu.ORDER;
import static dev.ternary.kernels.vector.VectorCpu.SHORTS;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The steps between the sums of a block of columns and the result. No vector is an argument: C2
 * would box it where it does not inline.
 */
final class Sums {

  private Sums() {}

  /** Adds {@code vectors} vectors of shorts to ints, or sets them. */
  static void addShorts(MemorySegment scratch, long from, int vectors, long to, boolean set) {
    for (int i = 0; i < vectors; i++) {
      ShortVector sums =
          ShortVector.fromMemorySegment(SHORTS, scratch, from + (long) VECTOR_BYTES * i, ORDER);
      IntVector low = (IntVector) sums.convertShape(S2I, INTS, 0);
      IntVector high = (IntVector) sums.convertShape(S2I, INTS, 1);
      long at = to + 2L * VECTOR_BYTES * i;
      if (!set) {
        low = low.add(IntVector.fromMemorySegment(INTS, scratch, at, ORDER));
        high = high.add(IntVector.fromMemorySegment(INTS, scratch, at + VECTOR_BYTES, ORDER));
      }
      low.intoMemorySegment(scratch, at, ORDER);
      high.intoMemorySegment(scratch, at + VECTOR_BYTES, ORDER);
    }
  }

  /** Adds {@code vectors} vectors of floats to floats, or sets them. */
  static void addFloats(MemorySegment scratch, long from, int vectors, long to, boolean set) {
    for (int i = 0; i < vectors; i++) {
      long step = (long) VECTOR_BYTES * i;
      FloatVector sums = FloatVector.fromMemorySegment(FLOATS, scratch, from + step, ORDER);
      if (!set) {
        sums = sums.add(FloatVector.fromMemorySegment(FLOATS, scratch, to + step, ORDER));
      }
      sums.intoMemorySegment(scratch, to + step, ORDER);
    }
  }

  /**
   * Adds {@code sum * scale} to float totals, or sets them.
   *
   * @param bytes of the sums, of the scales and of the totals; a multiple of a vector
   */
  static void scaleInts(
      MemorySegment scratch,
      long sumsAt,
      long totalsAt,
      long bytes,
      MemorySegment scales,
      long scalesAt,
      boolean set) {
    for (long i = 0; i < bytes; i += VECTOR_BYTES) {
      IntVector sums = IntVector.fromMemorySegment(INTS, scratch, sumsAt + i, ORDER);
      FloatVector scaled =
          ((FloatVector) sums.convertShape(I2F, FLOATS, 0))
              .mul(FloatVector.fromMemorySegment(FLOATS, scales, scalesAt + i, ORDER));
      if (!set) {
        scaled = scaled.add(FloatVector.fromMemorySegment(FLOATS, scratch, totalsAt + i, ORDER));
      }
      scaled.intoMemorySegment(scratch, totalsAt + i, ORDER);
    }
  }

  /** As {@link #scaleInts}, from float sums. */
  static void scaleFloats(
      MemorySegment scratch,
      long sumsAt,
      long totalsAt,
      long bytes,
      MemorySegment scales,
      long scalesAt,
      boolean set) {
    for (long i = 0; i < bytes; i += VECTOR_BYTES) {
      FloatVector scaled =
          FloatVector.fromMemorySegment(FLOATS, scratch, sumsAt + i, ORDER)
              .mul(FloatVector.fromMemorySegment(FLOATS, scales, scalesAt + i, ORDER));
      if (!set) {
        scaled = scaled.add(FloatVector.fromMemorySegment(FLOATS, scratch, totalsAt + i, ORDER));
      }
      scaled.intoMemorySegment(scratch, totalsAt + i, ORDER);
    }
  }

  /** Multiplies floats in memory by {@code factor}. */
  static void multiply(MemorySegment scratch, long at, long bytes, float factor) {
    for (long i = 0; i < bytes; i += VECTOR_BYTES) {
      FloatVector.fromMemorySegment(FLOATS, scratch, at + i, ORDER)
          .mul(factor)
          .intoMemorySegment(scratch, at + i, ORDER);
    }
  }

  /** Adds a bias to floats in memory and applies ReLU if asked to. */
  static void finish(
      MemorySegment scratch, long at, long bytes, MemorySegment bias, long biasAt, boolean relu) {
    for (long i = 0; i < bytes; i += VECTOR_BYTES) {
      FloatVector sums =
          FloatVector.fromMemorySegment(FLOATS, scratch, at + i, ORDER)
              .add(FloatVector.fromMemorySegment(FLOATS, bias, biasAt + i, ORDER));
      if (relu) {
        sums = sums.max(0);
      }
      sums.intoMemorySegment(scratch, at + i, ORDER);
    }
  }
}
