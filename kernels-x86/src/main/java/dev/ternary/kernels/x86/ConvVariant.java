package dev.ternary.kernels.x86;

/**
 * What one generated convolution does.
 *
 * @param int8 whether activations are bytes, 128 too large, and weights signed bytes; else both are
 *     floats
 * @param vectors vectors of output channels, 1 or 2
 * @param tokens output positions at a time
 * @param unroll steps of a run at a time: 1 to 4
 * @param end what happens to the sums
 * @param flushes whether sums of words are added up before the end
 */
record ConvVariant(boolean int8, int vectors, int tokens, int unroll, End end, boolean flushes) {

  /**
   * What happens to the sums.
   *
   * @param addend whether something is added behind the bias
   * @param relu whether ReLU follows
   * @param maxima whether the largest absolute value is wanted
   * @param tail whether the last vector has fewer output channels than lanes
   */
  record End(boolean addend, boolean relu, boolean maxima, boolean tail) {

    private int index() {
      return (addend ? 1 : 0) | (relu ? 2 : 0) | (maxima ? 4 : 0) | (tail ? 8 : 0);
    }
  }

  /** The most positions that any function takes at a time. */
  static final int MAX_TOKENS = 15;

  /** Above every {@link #index}. */
  static final int COUNT = 1 << 13;

  /** Distinguishes all of them. */
  int index() {
    return end.index()
        | (int8 ? 1 << 4 : 0)
        | (flushes ? 1 << 5 : 0)
        | (vectors - 1) << 6
        | (unroll - 1) << 7
        | tokens << 9;
  }
}
