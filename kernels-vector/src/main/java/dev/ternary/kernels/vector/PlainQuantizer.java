package dev.ternary.kernels.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.spi.ActivationRange;
import java.lang.foreign.MemorySegment;

/** As {@link VectorActivationQuantizer}, in plain loops over arrays, until that is compiled. */
final class PlainQuantizer {

  private PlainQuantizer() {}

  static void quantize(FloatMatrix x, Int8Matrix q) {
    ActivationRange.checkShapes(x, q);
    int cols = x.cols();
    float[] values = new float[cols];
    byte[] rounded = new byte[cols];
    for (int row = 0; row < x.rows(); row++) {
      long at = (long) row * cols;
      MemorySegment.copy(x.values(), JAVA_FLOAT_UNALIGNED, 4 * at, values, 0, cols);
      float range = ActivationRange.of(x, row, absmax(values));
      q.scales().setAtIndex(JAVA_FLOAT_UNALIGNED, row, range / 127);
      round(values, 127 / range, rounded);
      MemorySegment.copy(rounded, 0, q.values(), JAVA_BYTE, at, cols);
    }
  }

  private static float absmax(float[] values) {
    float most = 0;
    for (float value : values) {
      most = Math.max(most, Math.abs(value));
    }
    return most;
  }

  private static void round(float[] values, float inverse, byte[] rounded) {
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (byte) Math.rint(values[i] * inverse);
    }
  }
}
