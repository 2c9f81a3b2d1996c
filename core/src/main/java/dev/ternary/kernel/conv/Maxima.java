package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import java.lang.foreign.MemorySegment;

/** Largest absolute values, for methods that do not find them on their way. */
final class Maxima {

  private static final int BLOCK = 4096;

  private Maxima() {}

  /** Stores those of the results, where they are wanted. */
  static void store(ConvolutionCall call, ConvWorkspace workspace) {
    if (call.y().maxima().isEmpty()) {
      return;
    }
    FloatMatrix maxima = call.y().maxima().get();
    FloatMatrix y = call.y().values();
    workspace
        .parallelism()
        .forParts(
            y.rows(),
            1,
            (worker, from, to) -> {
              float[] block = workspace.floats(worker, 0, BLOCK);
              for (int image = from; image < to; image++) {
                maxima.set(image, 0, of(y, image, block));
              }
            });
  }

  private static float of(FloatMatrix y, int image, float[] block) {
    // The bits of absolute values compare as the values do, with infinity and NaN on top.
    int largest = 0;
    for (int at = 0; at < y.cols(); at += BLOCK) {
      int count = Math.min(BLOCK, y.cols() - at);
      long first = (long) image * y.cols() + at;
      MemorySegment.copy(y.values(), JAVA_FLOAT_UNALIGNED, Float.BYTES * first, block, 0, count);
      for (int i = 0; i < count; i++) {
        largest = Math.max(largest, Float.floatToRawIntBits(block[i]) & Integer.MAX_VALUE);
      }
    }
    return Float.intBitsToFloat(largest);
  }
}
