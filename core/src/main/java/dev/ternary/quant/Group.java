package dev.ternary.quant;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.ternary.tensor.FloatReader;
import dev.ternary.tensor.Tensor;
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

  private static final int BLOCK = 4096;
  private static final int LANES = 64;

  /** Below it, to clear the lanes and to sum them takes longer than to sum the weights. */
  private static final int FEW = 512;

  /** All bits of a float but the sign. */
  private static final int ABS = 0x7fffffff;

  private final Source weights;
  private final float[] block;
  private final int[] bits;
  private final int[] result;
  private final MemorySegment results;
  private final float[] kept;
  private final double[] lanes = new double[LANES];
  private final MemorySegment blockMemory;
  private final Buckets buckets = new Buckets();
  private int from;
  private int to;

  /** The weights in the block: so many, from this one on. */
  private int loaded;

  private int count;

  /** Where weights come from, as floats in blocks. */
  private interface Source {
    long size();

    void load(long start, float[] into, int count);
  }

  /**
   * No weights yet.
   *
   * @param weights floats; none may change before {@link #round} was called for it
   */
  Group(MemorySegment weights) {
    this(
        new Source() {
          @Override
          public long size() {
            return weights.byteSize() / Float.BYTES;
          }

          @Override
          public void load(long start, float[] into, int count) {
            MemorySegment.copy(weights, JAVA_FLOAT_UNALIGNED, Float.BYTES * start, into, 0, count);
          }
        });
  }

  /** No weights yet, of those of a tensor of any type. */
  Group(Tensor weights) {
    this(new TensorSource(weights));
  }

  /** Gives back the memory that mapped weights take; they can be read again from the file. */
  static void unload(Tensor weights) {
    if (weights.data().isMapped()) {
      weights.data().unload();
    }
  }

  /** The elements of a tensor. What was read of a mapped one does not stay in memory. */
  private static final class TensorSource implements Source {

    private static final long KEPT = 1 << 21;

    private final Tensor weights;
    private final FloatReader reader;
    private final boolean mapped;
    private long mark = Long.MAX_VALUE;

    TensorSource(Tensor weights) {
      this.weights = weights;
      this.reader = weights.reader();
      this.mapped = weights.data().isMapped();
    }

    @Override
    public long size() {
      return weights.shape().elements();
    }

    @Override
    public void load(long start, float[] into, int count) {
      mark = Math.min(mark, start);
      if (mapped && start - mark > KEPT) {
        int bytes = weights.dtype().bytes();
        weights.data().asSlice(mark * bytes, (start - mark) * bytes).unload();
        mark = start;
      }
      reader.read(start, into, count);
    }
  }

  private Group(Source weights) {
    this.weights = weights;
    int length = (int) Math.min(BLOCK, weights.size());
    block = new float[length];
    bits = new int[length];
    result = new int[length];
    kept = new float[length];
    results = MemorySegment.ofArray(result);
    blockMemory = MemorySegment.ofArray(block);
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
      count = (int) Math.min(BLOCK, weights.size() - start);
      weights.load(start, block, count);
      MemorySegment.copy(blockMemory, JAVA_INT, 0, bits, 0, count);
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

  /** Number of weights. */
  int size() {
    return to - from;
  }

  /** The bits of the largest absolute weight, those of NaN above all others; 0 of none. */
  int largest() {
    return largestBelow(Integer.MAX_VALUE);
  }

  /** The bits of the largest absolute weight below one with the bits {@code bound}; or else 0. */
  int largestBelow(int bound) {
    int most = 0;
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      most = Math.max(most, largest(bits, at, at + Math.min(BLOCK, to - start), bound));
    }
    return most;
  }

  /** The absolute weights in ascending order, NaN last. */
  float[] sortedAbs() {
    float[] abs = new float[to - from];
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      for (int i = 0; i < Math.min(BLOCK, to - start); i++) {
        abs[start - from + i] = Math.abs(block[at + i]);
      }
    }
    Arrays.parallelSort(abs);
    return abs;
  }

  /**
   * The absolute weights, counted and summed by size; valid until the next call.
   *
   * @param largest bits of the largest
   */
  Buckets buckets(int largest) {
    buckets.clear(to - from, largest);
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      buckets.add(bits, at, at + Math.min(BLOCK, to - start));
    }
    return buckets;
  }

  /** The absolute weights with bits in {@code [low, high)}, of which there are so many, sorted. */
  float[] sortedBetween(int low, int high, int found) {
    int[] between = new int[found + 1];
    int filled = 0;
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      filled = keepBetween(at, at + Math.min(BLOCK, to - start), low, high, between, filled);
    }
    float[] sorted = new float[found];
    for (int i = 0; i < found; i++) {
      sorted[i] = Float.intBitsToFloat(between[i]);
    }
    Arrays.parallelSort(sorted);
    return sorted;
  }

  /** Writes each weight, and steps on where it is between: a branch would be mispredicted. */
  private int keepBetween(int start, int end, int low, int high, int[] between, int filled) {
    int at = filled;
    for (int i = start; i < end; i++) {
      int abs = bits[i] & ABS;
      between[at] = abs;
      at += ((low - 1 - abs) & (abs - high)) >>> 31;
    }
    return at;
  }

  /** Adds the weights' squares, in order, to {@code sum}. */
  double addSquares(double sum) {
    double all = sum;
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      int end = at + Math.min(BLOCK, to - start);
      for (int i = at; i < end; i++) {
        all += (double) block[i] * block[i];
      }
    }
    return all;
  }

  /**
   * Writes the trits of the group from {@code trits[into]} on, and adds what they lose to {@code
   * loss}, in order.
   */
  void ternarize(Fit fit, byte[] trits, int into, Loss loss) {
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      int size = Math.min(BLOCK, to - start);
      ternarize(at, size, fit, loss);
      narrow(result, at, trits, into + start - from, size);
      loss.largest = Math.max(loss.largest, largest(bits, at, at + size, Integer.MAX_VALUE));
      loss.sum += sumOf(result, at, at + size);
      loss.nonZeros += nonZeros(result, at, at + size);
    }
  }

  /** Adds what the trits of {@code fit} lose, in order. */
  void lose(Fit fit, Loss loss) {
    for (int start = from; start < to; start += BLOCK) {
      int at = load(start);
      ternarize(at, Math.min(BLOCK, to - start), fit, loss);
    }
  }

  private void ternarize(int at, int size, Fit fit, Loss loss) {
    ternarize(bits, result, at, at + size, Float.floatToRawIntBits(fit.threshold()));
    addErrors(at, at + size, fit.scale(), loss);
  }

  /** What became of weights. */
  static final class Loss {
    /** Squared error of the weights since this was last set to 0. */
    double squaredError;

    /** Sum of the squares of all weights so far. */
    double energy;

    /** Sum of all trits so far. */
    long sum;

    /** Number of trits so far that are not 0. */
    long nonZeros;

    /** Bits of the largest absolute weight so far. */
    int largest;
  }

  /** Two sums in one loop: each waits for its own last addition, and neither for the other's. */
  private void addErrors(int start, int end, double scale, Loss loss) {
    double squaredError = loss.squaredError;
    double energy = loss.energy;
    for (int i = start; i < end; i++) {
      double w = block[i];
      double error = w - result[i] * scale;
      squaredError += error * error;
      energy += w * w;
    }
    loss.squaredError = squaredError;
    loss.energy = energy;
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

  private static int largest(int[] w, int start, int end, int bound) {
    int most = 0;
    for (int i = start; i < end; i++) {
      int abs = w[i] & ABS;
      most = Math.max(most, abs & ((abs - bound) >> 31));
    }
    return most;
  }

  private static void ternarize(int[] w, int[] trits, int start, int end, int threshold) {
    for (int i = start; i < end; i++) {
      trits[i] = ((threshold - (w[i] & ABS)) >> 31) & ((w[i] >> 31) | 1);
    }
  }

  private static void narrow(int[] from, int at, byte[] to, int into, int count) {
    for (int i = 0; i < count; i++) {
      to[into + i] = (byte) from[at + i];
    }
  }

  private static int sumOf(int[] trits, int start, int end) {
    int sum = 0;
    for (int i = start; i < end; i++) {
      sum += trits[i];
    }
    return sum;
  }

  private static int nonZeros(int[] trits, int start, int end) {
    int count = 0;
    for (int i = start; i < end; i++) {
      count += trits[i] & 1;
    }
    return count;
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
