package dev.ternary.kernel.spi;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;

/** What all forms of the quantization of activations have in common. */
public final class ActivationRange {

  /** The smallest range that a row is scaled to, as in BitNet b1.58. */
  public static final float MIN_ABSMAX = 1e-5f;

  private ActivationRange() {}

  /** Checks that both have one shape. */
  public static void checkShapes(FloatMatrix x, Int8Matrix q) {
    if (x.rows() != q.rows() || x.cols() != q.cols()) {
      throw new IllegalArgumentException("cannot quantize " + x + " into " + q);
    }
  }

  /**
   * The range of a row with the given largest absolute value.
   *
   * @throws IllegalArgumentException if {@code absmax} is NaN or infinite
   */
  public static float of(FloatMatrix x, int row, float absmax) {
    if (!Float.isFinite(absmax)) {
      for (int col = 0; col < x.cols(); col++) {
        if (!Float.isFinite(x.get(row, col))) {
          throw new IllegalArgumentException(
              "activation " + x.get(row, col) + " at row " + row + ", column " + col);
        }
      }
    }
    return Math.max(absmax, MIN_ABSMAX);
  }
}
