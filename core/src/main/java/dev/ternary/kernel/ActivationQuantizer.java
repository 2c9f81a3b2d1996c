package dev.ternary.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.spi.ActivationRange;
import java.lang.foreign.MemorySegment;

/** The plain-Java form of {@link TernaryKernel#quantize}. */
public final class ActivationQuantizer {

  /** The smallest range that a row is scaled to, as in BitNet b1.58. */
  public static final float MIN_ABSMAX = ActivationRange.MIN_ABSMAX;

  private ActivationQuantizer() {}

  /** Quantizes as {@link TernaryKernel#quantize} says. */
  public static void quantize(FloatMatrix x, Int8Matrix q) {
    ActivationRange.checkShapes(x, q);
    int cols = x.cols();
    MemorySegment values = x.values();
    for (int row = 0; row < x.rows(); row++) {
      long start = (long) row * cols;
      float absmax = 0;
      for (int col = 0; col < cols; col++) {
        absmax = Math.max(absmax, Math.abs(values.getAtIndex(JAVA_FLOAT_UNALIGNED, start + col)));
      }
      float range = ActivationRange.of(x, row, absmax);
      float inverse = 127 / range;
      q.scales().setAtIndex(JAVA_FLOAT_UNALIGNED, row, range / 127);
      for (int col = 0; col < cols; col++) {
        float scaled = values.getAtIndex(JAVA_FLOAT_UNALIGNED, start + col) * inverse;
        q.values().set(JAVA_BYTE, start + col, (byte) Math.rint(scaled));
      }
    }
  }
}
