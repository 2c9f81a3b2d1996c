package dev.ternary.trit;

import dev.ternary.tensor.Shape;

/** Counts bits along the middle of {@link Lanes}. */
final class Counting {

  private Counting() {}

  /** Set bits of each lane, as {@code [outer, inner]}. */
  static long[] count(BitPlane plane, Lanes lanes) {
    long[] counts = new long[arrayLength(lanes)];
    if (lanes.inner() == 1) {
      for (int outer = 0; outer < counts.length; outer++) {
        counts[outer] = plane.count(outer * lanes.length(), lanes.length());
      }
      return counts;
    }
    for (long outer = 0; outer < lanes.outer(); outer++) {
      for (long inner = 0; inner < lanes.inner(); inner += 64) {
        column(plane, lanes, outer, inner, counts);
      }
    }
    return counts;
  }

  static int arrayLength(Lanes lanes) {
    return Conversion.longArrayLength(Shape.of(lanes.outer(), lanes.inner()));
  }

  /**
   * Up to 64 neighbouring lanes at once: word {@code digits[d]} holds digit {@code d} of 64 binary
   * counters, and adding a word of bits carries through them.
   */
  private static void column(BitPlane plane, Lanes lanes, long outer, long inner, long[] counts) {
    int width = (int) Math.min(64, lanes.inner() - inner);
    long[] digits = new long[64];
    long at = outer * lanes.length() * lanes.inner() + inner;
    for (long i = 0; i < lanes.length(); i++) {
      long carry = plane.bits(at, width);
      for (int d = 0; carry != 0; d++) {
        long sum = digits[d] ^ carry;
        carry &= digits[d];
        digits[d] = sum;
      }
      at += lanes.inner();
    }
    int first = (int) (outer * lanes.inner() + inner);
    int used = 64 - Long.numberOfLeadingZeros(lanes.length());
    for (int lane = 0; lane < width; lane++) {
      long count = 0;
      for (int d = 0; d < used; d++) {
        count |= (digits[d] >>> lane & 1) << d;
      }
      counts[first + lane] = count;
    }
  }
}
