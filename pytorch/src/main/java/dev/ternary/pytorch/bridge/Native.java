package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Memory that libtorch owns, as segments. */
@SuppressWarnings("restricted") // the sizes come from libtorch
final class Native {

  private Native() {}

  /** {@code bytes} at an address; valid as long as the tensor they belong to. */
  static MemorySegment at(long address, long bytes) {
    // An empty tensor has no address.
    return bytes == 0 ? MemorySegment.NULL : MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  static long[] longs(long address, long count) {
    return at(address, Math.multiplyExact(count, Long.BYTES)).toArray(JAVA_LONG);
  }

  /** The strides of row-major memory. */
  static long[] denseStrides(long... shape) {
    long[] strides = new long[shape.length];
    long step = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = step;
      step = Math.multiplyExact(step, Math.max(1, shape[d]));
    }
    return strides;
  }
}
