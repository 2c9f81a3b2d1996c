package dev.ternary.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A writable view of row-major int32 values: exact sums, one token a row. In the byte order of the
 * CPU. The memory belongs to whoever made it.
 *
 * @param rows tokens, 0 or more
 * @param cols output features, 0 or more
 * @param values exactly {@code 4 * rows * cols} bytes
 */
public record IntMatrix(int rows, int cols, MemorySegment values) {

  public IntMatrix {
    MatrixBytes.check("int32", rows, cols, 4, values);
  }

  /** A view of {@code values}, which the matrix shares. */
  public static IntMatrix of(int rows, int cols, int[] values) {
    return new IntMatrix(rows, cols, MemorySegment.ofArray(values));
  }

  /** Zeros in native memory of {@code arena}. */
  public static IntMatrix allocate(Arena arena, int rows, int cols) {
    return new IntMatrix(rows, cols, MatrixBytes.allocate(arena, rows, cols, 4));
  }

  /** One value. */
  public int get(int row, int col) {
    return values.getAtIndex(JAVA_INT_UNALIGNED, (long) row * cols + col);
  }

  /** Changes one value. */
  public void set(int row, int col, int value) {
    values.setAtIndex(JAVA_INT_UNALIGNED, (long) row * cols + col, value);
  }

  /** A copy of all values, row-major. */
  public int[] toArray() {
    return values.toArray(JAVA_INT_UNALIGNED);
  }

  @Override
  public String toString() {
    return "int32 [" + rows + ", " + cols + "]";
  }
}
