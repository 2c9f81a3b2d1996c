package dev.ternary.kernels.x86;

/**
 * What one generated convolution does.
 *
 * @param kind what is multiplied
 * @param vectors vectors of output channels, 1 or 2
 * @param tokens output positions at a time
 * @param unroll steps of a run at a time: 1 to 4
 * @param end what happens to the sums
 * @param flushes whether sums of words are added up before the end
 */
record ConvVariant(Kind kind, int vectors, int tokens, int unroll, End end, boolean flushes) {

  /** What is multiplied. */
  enum Kind {
    /** Bytes that are 128 too large with signed bytes. */
    BYTES(0, true),
    /** Floats with floats. */
    FLOATS(1, false),
    /** Floats with floats, each channel by itself. */
    CHANNELS(2, false),
    /** {@link #CHANNELS}, where activations were rounded to int8. */
    ROUNDED_CHANNELS(3, true);

    private final int index;
    private final boolean scaled;

    Kind(int index, boolean scaled) {
      this.index = index;
      this.scaled = scaled;
    }

    /** Whether results have the scale of the image. */
    boolean scaled() {
      return scaled;
    }
  }

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
  static final int COUNT = 1 << 14;

  /** Distinguishes all of them. */
  int index() {
    return end.index()
        | kind.index << 4
        | (flushes ? 1 << 6 : 0)
        | (vectors - 1) << 7
        | (unroll - 1) << 8
        | tokens << 10;
  }
}
