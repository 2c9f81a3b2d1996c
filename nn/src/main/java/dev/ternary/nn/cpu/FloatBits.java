package dev.ternary.nn.cpu;

/**
 * Loops over the bits of floats: whole numbers are compared by one instruction, floats by several,
 * for the sake of NaN and of both zeros.
 */
final class FloatBits {

  private static final int MAGNITUDE = 0x7fffffff;
  private static final int INFINITY = 0x7f800000;

  private FloatBits() {}

  /** The bits of the largest absolute value of the first {@code count}; of NaN if there is one. */
  static int maximum(int[] bits, int count) {
    int most = 0;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, bits[i] & MAGNITUDE);
    }
    return most;
  }

  /** Whether bits that {@link #maximum} gave are those of NaN. */
  static boolean isNan(int bits) {
    return bits > INFINITY;
  }

  /**
   * {@code min(max(x, low), high)} of numbers, for bits of bounds that are not negative.
   *
   * @return the largest result
   */
  static int clip(int[] bits, int count, int low, int high) {
    int most = 0;
    for (int i = 0; i < count; i++) {
      int clipped = Math.min(Math.max(bits[i], low), high);
      bits[i] = clipped;
      most = Math.max(most, clipped);
    }
    return most;
  }
}
