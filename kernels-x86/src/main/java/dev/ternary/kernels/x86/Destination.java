package dev.ternary.kernels.x86;

import java.lang.foreign.MemorySegment;

/**
 * Where results go: straight to the caller's memory where that is plain native memory that every
 * worker may use, else to work memory first.
 *
 * @param values the caller's memory
 * @param staged whether work memory stands in for it
 */
record Destination(MemorySegment values, boolean staged) {

  /** Never started; stands for any thread but the caller. */
  private static final Thread OTHER = new Thread(() -> {}, "any other");

  static Destination of(MemorySegment values) {
    if (values.isReadOnly()) {
      throw new IllegalArgumentException("the result matrix is read-only");
    }
    return new Destination(values, isStaged(values));
  }

  /** Whether memory is not plain native memory that every worker may use. */
  static boolean isStaged(MemorySegment values) {
    // A mapped file may have been cut, which only Java's own access survives.
    return !values.isNative() || values.isMapped() || !values.isAccessibleBy(OTHER);
  }
}
