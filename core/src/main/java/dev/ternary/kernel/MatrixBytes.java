package dev.ternary.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Size and allocation of the memory behind the matrices of activations. */
final class MatrixBytes {

  /** A cache line, and the widest vector. */
  private static final long ALIGNMENT = 64;

  private MatrixBytes() {}

  static void check(String type, int rows, int cols, int elementBytes, MemorySegment values) {
    if (rows < 0 || cols < 0) {
      throw new IllegalArgumentException("shape [" + rows + ", " + cols + "] is negative");
    }
    long expected = Math.multiplyExact((long) rows * cols, (long) elementBytes);
    if (values.byteSize() != expected) {
      throw new IllegalArgumentException(
          type
              + " ["
              + rows
              + ", "
              + cols
              + "] needs "
              + expected
              + " bytes, got "
              + values.byteSize());
    }
  }

  static MemorySegment allocate(Arena arena, int rows, int cols, int elementBytes) {
    return arena.allocate(Math.multiplyExact((long) rows * cols, (long) elementBytes), ALIGNMENT);
  }
}
