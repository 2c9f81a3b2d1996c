package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import java.lang.foreign.MemorySegment;

/** The largest absolute values of the results of each image, a vector a worker until all are in. */
final class ConvMaxima {

  private static final int SLOT = 64;

  private final ConvolutionCall call;
  private final int workers;
  private MemorySegment slots = MemorySegment.NULL;
  private int images;

  ConvMaxima(ConvolutionCall call, int workers) {
    this.call = call;
    this.workers = workers;
  }

  private boolean wanted() {
    return call.y().maxima().isPresent();
  }

  long bytes(int count) {
    return wanted() ? (long) SLOT * workers * count : 0;
  }

  void place(MemorySegment memory, int count) {
    slots = memory;
    images = count;
  }

  void clear() {
    slots.fill((byte) 0);
  }

  private long at(int worker, int image) {
    return (long) SLOT * (worker * images + image);
  }

  /** Where the vector of a worker and a loaded image is; 0 if it is not wanted. */
  long address(int worker, int image) {
    return wanted() ? slots.address() + at(worker, image) : 0;
  }

  /** Stores the maxima of loaded images. */
  void store(int first, int count) {
    if (!wanted()) {
      return;
    }
    FloatMatrix maxima = call.y().maxima().get();
    for (int image = 0; image < count; image++) {
      int largest = 0;
      for (int worker = 0; worker < workers; worker++) {
        for (int lane = 0; lane < SLOT; lane += Integer.BYTES) {
          largest = Math.max(largest, slots.get(JAVA_INT, at(worker, image) + lane));
        }
      }
      maxima.set(first + image, 0, Float.intBitsToFloat(largest));
    }
  }
}
