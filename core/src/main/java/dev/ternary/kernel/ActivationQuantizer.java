package dev.ternary.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** The plain-Java form of {@link TernaryKernel#quantize}, and the checks that all forms share. */
public final class ActivationQuantizer {

  /** The smallest range that a row is scaled to, as in BitNet b1.58. */
  public static final float MIN_ABSMAX = 1e-5f;

  private ActivationQuantizer() {}

  /** Quantizes as {@link TernaryKernel#quantize} says. */
  public static void quantize(FloatMatrix x, Int8Matrix q) {
    checkShapes(x, q);
    int cols = x.cols();
    MemorySegment values = x.values();
    for (int row = 0; row < x.rows(); row++) {
      long start = (long) row * cols;
      float absmax = 0;
      for (int col = 0; col < cols; col++) {
        absmax = Math.max(absmax, Math.abs(values.getAtIndex(JAVA_FLOAT_UNALIGNED, start + col)));
      }
      float range = range(x, row, absmax);
      float inverse = 127 / range;
      q.scales().setAtIndex(JAVA_FLOAT_UNALIGNED, row, range / 127);
      for (int col = 0; col < cols; col++) {
        float scaled = values.getAtIndex(JAVA_FLOAT_UNALIGNED, start + col) * inverse;
        q.values().set(JAVA_BYTE, start + col, (byte) Math.rint(scaled));
      }
    }
  }

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
  public static float range(FloatMatrix x, int row, float absmax) {
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
