package dev.ternary.quant;

import java.util.Arrays;

/**
 * Absolute weights counted and summed by the upper bits of their floats, so many buckets to an
 * octave. Bucket 0 takes all weights that are too small for the others.
 */
final class Buckets {

  private static final int ABS = 0x7fffffff;
  private static final int OCTAVES = 16;
  private static final int MANTISSA_BITS = 23;
  private static final int MOST_BITS = 7;

  private final int[] counts = new int[(OCTAVES << MOST_BITS) + 1];
  private final double[] sums = new double[counts.length];
  private int shift;
  private int lowest;
  private int used;

  /**
   * Empties the buckets.
   *
   * @param size number of weights to come
   * @param largest bits of the largest of them
   */
  void clear(int size, int largest) {
    // As many as leave about ten weights a bucket where most weights are.
    int bits = size < 1 << 11 ? 5 : size < 1 << 14 ? 6 : MOST_BITS;
    shift = MANTISSA_BITS - bits;
    lowest = Math.max(0, (largest >> shift) - (OCTAVES << bits) + 1);
    used = (largest >> shift) - lowest + 2;
    Arrays.fill(counts, 0, used, 0);
    Arrays.fill(sums, 0, used, 0);
  }

  /** Number of buckets, the first of which has all small weights. */
  int size() {
    return used;
  }

  int count(int bucket) {
    return counts[bucket];
  }

  double sum(int bucket) {
    return sums[bucket];
  }

  /** Bits of the smallest weight that would come into the bucket. */
  int start(int bucket) {
    return bucket == 0 ? 0 : (bucket - 1 + lowest) << shift;
  }

  /** Bits of the smallest weight that would come into the next bucket. */
  int end(int bucket) {
    return (bucket + lowest) << shift;
  }

  void add(int[] bits, int from, int to) {
    add(bits, from, to, counts, sums, shift, lowest - 1);
  }

  private static void add(
      int[] bits, int from, int to, int[] counts, double[] sums, int shift, int none) {
    for (int i = from; i < to; i++) {
      int abs = bits[i] & ABS;
      int bucket = Math.max((abs >> shift) - none, 0);
      counts[bucket]++;
      sums[bucket] += Float.intBitsToFloat(abs);
    }
  }
}
