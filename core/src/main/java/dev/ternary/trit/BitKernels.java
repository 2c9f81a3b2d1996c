package dev.ternary.trit;

/**
 * Loops over words. They are plain so that the compiler vectorises them; {@code r} may be one of
 * the operands. Products and sums of trits read each trit as a bit of {@code p} (it is +1) and a
 * bit of {@code n} (it is -1).
 */
final class BitKernels {

  private BitKernels() {}

  static void and(long[] a, long[] b, long[] r) {
    for (int i = 0; i < r.length; i++) {
      r[i] = a[i] & b[i];
    }
  }

  static void or(long[] a, long[] b, long[] r) {
    for (int i = 0; i < r.length; i++) {
      r[i] = a[i] | b[i];
    }
  }

  static void xor(long[] a, long[] b, long[] r) {
    for (int i = 0; i < r.length; i++) {
      r[i] = a[i] ^ b[i];
    }
  }

  static void not(long[] a, long[] r) {
    for (int i = 0; i < r.length; i++) {
      r[i] = ~a[i];
    }
  }

  /** Copies {@code words} words whose first bit is bit {@code shift} of {@code a[from]}. */
  static void shift(long[] a, int from, int shift, long[] r, int to, int words) {
    if (shift == 0) {
      System.arraycopy(a, from, r, to, words);
      return;
    }
    int back = 64 - shift;
    for (int i = 0; i < words; i++) {
      r[to + i] = a[from + i] >>> shift | a[from + i + 1] << back;
    }
  }

  /** {@code m ? a : b}. */
  static void select(long[] m, long[] a, long[] b, long[] r) {
    for (int i = 0; i < r.length; i++) {
      r[i] = (m[i] & a[i]) | (~m[i] & b[i]);
    }
  }

  /** Minimum of trits. */
  static void min(long[] ap, long[] an, long[] bp, long[] bn, long[] p, long[] n) {
    for (int i = 0; i < p.length; i++) {
      p[i] = ap[i] & bp[i];
      n[i] = an[i] | bn[i];
    }
  }

  /** Saturating sum of trits. */
  static void add(long[] ap, long[] an, long[] bp, long[] bn, long[] p, long[] n) {
    for (int i = 0; i < p.length; i++) {
      p[i] = (ap[i] & ~bn[i]) | (bp[i] & ~an[i]);
      n[i] = (an[i] & ~bp[i]) | (bn[i] & ~ap[i]);
    }
  }

  /** Product of trits. */
  static void multiply(long[] ap, long[] an, long[] bp, long[] bn, long[] p, long[] n) {
    for (int i = 0; i < p.length; i++) {
      p[i] = (ap[i] & bp[i]) | (an[i] & bn[i]);
      n[i] = (ap[i] & bn[i]) | (an[i] & bp[i]);
    }
  }

  /** The value both have, 0 where they differ. */
  static void consensus(long[] ap, long[] an, long[] bp, long[] bn, long[] p, long[] n) {
    for (int i = 0; i < p.length; i++) {
      p[i] = ap[i] & bp[i];
      n[i] = an[i] & bn[i];
    }
  }

  /** Where trits are equal. Bits above the size come out as 1. */
  static void equal(long[] ap, long[] an, long[] bp, long[] bn, long[] r) {
    for (int i = 0; i < r.length; i++) {
      r[i] = ~((ap[i] ^ bp[i]) | (an[i] ^ bn[i]));
    }
  }

  /** Where the first trit is less than the second. */
  static void less(long[] ap, long[] an, long[] bp, long[] bn, long[] r) {
    for (int i = 0; i < r.length; i++) {
      r[i] = (an[i] & ~bn[i]) | (bp[i] & ~ap[i]);
    }
  }

  /** Bits set in {@code words} words from {@code first}. */
  static long count(long[] a, int first, int words) {
    int count = 0;
    for (int i = first; i < first + words; i++) {
      count += Long.bitCount(a[i]);
    }
    return count;
  }

  /**
   * Dot product of trits over the first {@code words} words. Two sums that only grow vectorise; one
   * that grows and shrinks does not.
   */
  static int dot(long[] ap, long[] an, long[] bp, long[] bn, int words) {
    int plus = 0;
    int minus = 0;
    for (int i = 0; i < words; i++) {
      plus += Long.bitCount((ap[i] & bp[i]) | (an[i] & bn[i]));
      minus += Long.bitCount((ap[i] & bn[i]) | (an[i] & bp[i]));
    }
    return plus - minus;
  }

  /** Places where the trits differ. */
  static int differing(long[] ap, long[] an, long[] bp, long[] bn) {
    int count = 0;
    for (int i = 0; i < ap.length; i++) {
      count += Long.bitCount((ap[i] ^ bp[i]) | (an[i] ^ bn[i]));
    }
    return count;
  }
}
