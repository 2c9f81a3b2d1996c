package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.BITS;
import static dev.ternary.kernels.vector.VectorCpu.FLOATS;
import static dev.ternary.kernels.vector.VectorCpu.ORDER;
import static dev.ternary.kernels.vector.VectorCpu.QUARTER_BYTES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.ternary.kernel.ActivationQuantizer;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.spi.ActivationRange;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** The vector form of {@link ActivationQuantizer}, with the same bits. */
final class VectorActivationQuantizer {

  private static final int MAGNITUDE_BITS = 0x7fff_ffff;

  /**
   * 1.5 * 2^23: a float of this size has no fraction bits, so adding it rounds a small number to an
   * integer, ties to even, and leaves the two's complement of that integer in the lowest bits.
   */
  private static final float ROUNDER = 0x1.8p23f;

  private VectorActivationQuantizer() {}

  static void quantize(FloatMatrix x, Int8Matrix q) {
    ActivationRange.checkShapes(x, q);
    int cols = x.cols();
    for (int row = 0; row < x.rows(); row++) {
      long start = (long) row * cols;
      float range = ActivationRange.of(x, row, absmax(x.values(), start, cols));
      q.scales().setAtIndex(JAVA_FLOAT_UNALIGNED, row, range / 127);
      round(x.values(), start, cols, 127 / range, q.values());
    }
  }

  /** The largest magnitude; NaN or infinite if one is: their bits are above those of numbers. */
  private static float absmax(MemorySegment x, long start, int cols) {
    int whole = FLOATS.loopBound(cols);
    IntVector most = FloatVector.zero(FLOATS).reinterpretAsInts();
    for (int col = 0; col < whole; col += FLOATS.length()) {
      most =
          most.max(
              FloatVector.fromMemorySegment(FLOATS, x, 4 * (start + col), ORDER)
                  .reinterpretAsInts()
                  .and(MAGNITUDE_BITS));
    }
    int largest = most.reduceLanes(MAX);
    for (int col = whole; col < cols; col++) {
      largest = Math.max(largest, x.getAtIndex(JAVA_INT_UNALIGNED, start + col) & MAGNITUDE_BITS);
    }
    return Float.intBitsToFloat(largest);
  }

  private static void round(MemorySegment x, long start, int cols, float inverse, MemorySegment q) {
    int whole = FLOATS.loopBound(cols);
    for (int col = 0; col < whole; col += FLOATS.length()) {
      IntVector rounded =
          FloatVector.fromMemorySegment(FLOATS, x, 4 * (start + col), ORDER)
              .mul(inverse)
              .add(ROUNDER)
              .reinterpretAsInts();
      ByteVector bytes = (ByteVector) rounded.convertShape(I2B, QUARTER_BYTES, 0);
      if (BITS == 128) {
        // Four bytes are narrower than any vector.
        q.set(JAVA_INT_UNALIGNED, start + col, bytes.reinterpretAsInts().lane(0));
      } else {
        bytes.intoMemorySegment(q, start + col, ORDER);
      }
    }
    for (int col = whole; col < cols; col++) {
      float scaled = x.getAtIndex(JAVA_FLOAT_UNALIGNED, start + col) * inverse;
      q.set(JAVA_BYTE, start + col, (byte) Math.rint(scaled));
    }
  }
}
