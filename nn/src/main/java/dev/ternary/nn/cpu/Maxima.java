package dev.ternary.nn.cpu;

import java.util.Arrays;

/**
 * The largest absolute values of the samples of one value, put together from what each thread saw
 * of them. Does nothing where nobody asks.
 */
final class Maxima {

  private final Operand y;

  /** Bits of what each thread saw of each sample; nothing where nobody asks. */
  private final int[][] seen;

  /** The bits that a thread looks at. */
  private final int[][] bits;

  /**
   * Of a value that threads write block by block.
   *
   * @param block elements of a block, at most
   */
  Maxima(Operand y, int threads, int block) {
    this.y = y;
    int count = y.maxima().isPresent() ? threads : 0;
    seen = new int[count][y.samples()];
    bits = new int[count][block];
  }

  private boolean areWanted() {
    return seen.length > 0;
  }

  /** Looks at {@code count} elements that were written, from {@code at} on. */
  void add(int worker, int sample, long at, int count) {
    if (areWanted()) {
      // The bits of numbers without their sign have the order of the numbers, and NaN is largest.
      Staged.load(y.values(), at, bits[worker], count);
      add(worker, sample, FloatBits.maximum(bits[worker], count));
    }
  }

  /** Notes the bits of the largest absolute value of some elements. */
  void add(int worker, int sample, int largest) {
    if (areWanted()) {
      seen[worker][sample] = Math.max(seen[worker][sample], largest);
    }
  }

  /** Writes down what was seen, and forgets it. */
  void store() {
    if (areWanted()) {
      for (int sample = 0; sample < y.samples(); sample++) {
        int most = 0;
        for (int[] worker : seen) {
          most = Math.max(most, worker[sample]);
        }
        y.maxima().orElseThrow().set(sample, 0, Float.intBitsToFloat(most));
      }
      for (int[] worker : seen) {
        Arrays.fill(worker, 0);
      }
    }
  }
}
