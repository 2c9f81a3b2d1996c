package dev.ternary.quant;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Weights that share threshold and scale: a part of a memory, through which the methods go block by
 * block. The loops are such that the JIT makes vector code of them: sums have lanes, because the
 * order of additions is kept, and weights are compared as the integers that their bits are, because
 * a branch would be mispredicted for about half of them. Two arrays of one type are used with the
 * same index: the JIT cannot know otherwise that they do not overlap.
 */
final class Group {

  private static final int BLOCK = 1024;
  private static final int LANES = 64;

  /** Below it, to clear the lanes and to sum them takes longer than to sum the weights. */
  private static final int FEW = 512;

  /** All bits of a float but the sign. */
  private static final int ABS = 0x7fffffff;

  private final MemorySegment weights;
  private final float[] block = new float[BLOCK];
  private final int[] bits = new int[BLOCK];
  private final int[] result = new int[BLOCK];
  private final MemorySegment results = MemorySegment.ofArray(result);
  private final float[] kept = new float[BLOCK];
  private final double[] lanes = new double[LANES];
  private int from;
  private int to;

  /** The weights in the block: so many, from this one on. */
  private int loaded;

  private int count;

  /**
   * No weights yet.
   *
   * @param weights floats; none may change before {@link #round} was called for it
   */
  Group(MemorySegment weights) {
    this.weights = weights;
  }

  /** Is the weights {@code [from, to)} from now on. */
  Group at(int start, int end) {
    from = start;
    to = end;
    return this;
  }

  /** Has the weights from {@code start} to the group's end in the block, as far as they fit. */
  private int load(int start) {
    if (start < loaded || start + Math.min(BLOCK, to - start) > loaded + count) {
      loaded = start;
      count = (int) Math.min(BLOCK, weights.byteSize() / Float.BYTES - start);
      long offset = (long) Float.BYTES * start;
      MemorySegment.copy(weights, JAVA_FLOAT_UNALIGNED, offset, block, 0, count);
      MemorySegment.copy(weights, JAVA_INT_UNALIGNED, offset, bits, 0, count);
    }
    return start - loaded;
  }

  /** Mean absolute weight, 0 of none; no finite number where a weight is none. */
  double meanAbs() {
    int size = to - from;
    if (size < FEW) {
      return size == 0 ? 0 : sumAbs(block, load(from), size) / size;
    }
    Arrays.fill(lanes, 0);
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      addToLanes(block, at, Math.min(BLOCK, to - start));
    }
    return sum(lanes) / size;
  }

  /** Mean absolute weight of those above the threshold; 0 where none is. */
  double meanAbove(float threshold) {
    int thresholdBits = Float.floatToRawIntBits(threshold);
    boolean few = to - from < FEW;
    long above = 0;
    double sum = 0;
    Arrays.fill(lanes, 0);
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      int size = Math.min(BLOCK, to - start);
      above += countAbove(bits, at, at + size, thresholdBits);
      keepAbove(bits, result, at, at + size, thresholdBits);
      MemorySegment.copy(results, JAVA_FLOAT, (long) Float.BYTES * at, kept, at, size);
      if (few) {
        sum = sumAbs(kept, at, size);
      } else {
        addToLanes(kept, at, size);
      }
    }
    return above == 0 ? 0 : (few ? sum : sum(lanes)) / above;
  }

  /** The absolute weights in ascending order, NaN last. */
  float[] sortedAbs() {
    float[] abs = new float[to - from];
    MemorySegment.copy(
        weights, JAVA_FLOAT_UNALIGNED, (long) Float.BYTES * from, abs, 0, abs.length);
    for (int i = 0; i < abs.length; i++) {
      abs[i] = Math.abs(abs[i]);
    }
    Arrays.parallelSort(abs);
    return abs;
  }

  /** Writes {@code trit * worth} to the same place of {@code into}, +0 where the trit is 0. */
  void round(Fit fit, float worth, MemorySegment into) {
    boolean finite = Float.isFinite(fit.threshold()) && Float.isFinite(worth);
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      int size = Math.min(BLOCK, to - start);
      if (finite) {
        round(bits, result, at, at + size, fit, worth);
      } else {
        Arrays.fill(result, Float.floatToRawIntBits(Float.NaN));
      }
      MemorySegment.copy(result, at, into, JAVA_INT_UNALIGNED, (long) Float.BYTES * start, size);
    }
  }

  private void addToLanes(float[] w, int start, int size) {
    for (int i = 0; i < size; i += LANES) {
      addAbs(w, start + i, lanes, Math.min(LANES, size - i));
    }
  }

  private static void addAbs(float[] w, int start, double[] lanes, int size) {
    for (int i = 0; i < size; i++) {
      lanes[i] += Math.abs(w[start + i]);
    }
  }

  private static double sumAbs(float[] w, int start, int size) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < size; i += 4) {
      s0 += Math.abs(w[start + i]);
      s1 += Math.abs(w[start + i + 1]);
      s2 += Math.abs(w[start + i + 2]);
      s3 += Math.abs(w[start + i + 3]);
    }
    for (; i < size; i++) {
      s0 += Math.abs(w[start + i]);
    }
    return s0 + s1 + (s2 + s3);
  }

  private static double sum(double[] lanes) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    for (int i = 0; i < LANES; i += 4) {
      s0 += lanes[i];
      s1 += lanes[i + 1];
      s2 += lanes[i + 2];
      s3 += lanes[i + 3];
    }
    return s0 + s1 + (s2 + s3);
  }

  /**
   * The absolute weights above the threshold, 0 for the others, at the same places: the bits of
   * floats of 0 or more are ordered as the floats are.
   */
  private static void keepAbove(int[] w, int[] kept, int start, int end, int threshold) {
    for (int i = start; i < end; i++) {
      int abs = w[i] & ABS;
      kept[i] = abs & ((threshold - abs) >> 31);
    }
  }

  private static int countAbove(int[] w, int start, int end, int threshold) {
    int above = 0;
    for (int i = start; i < end; i++) {
      above += (threshold - (w[i] & ABS)) >>> 31;
    }
    return above;
  }

  private static void round(int[] w, int[] q, int start, int end, Fit fit, float worth) {
    int threshold = Float.floatToRawIntBits(fit.threshold());
    int bits = Float.floatToRawIntBits(worth);
    for (int i = start; i < end; i++) {
      q[i] = (bits | (w[i] & ~ABS)) & ((threshold - (w[i] & ABS)) >> 31);
    }
  }
}
