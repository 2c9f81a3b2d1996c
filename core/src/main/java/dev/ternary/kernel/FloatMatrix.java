package dev.ternary.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A writable view of row-major float32 values: activations, one token or sample a row. In memory
 * only, so in the byte order of the CPU. The memory belongs to whoever made it.
 *
 * @param rows tokens, 0 or more
 * @param cols features, 0 or more
 * @param values exactly {@code 4 * rows * cols} bytes, writable where it receives a result
 */
public record FloatMatrix(int rows, int cols, MemorySegment values) {

  public FloatMatrix {
    MatrixBytes.check("float32", rows, cols, 4, values);
  }

  /** A view of {@code values}, which the matrix shares. */
  public static FloatMatrix of(int rows, int cols, float[] values) {
    return new FloatMatrix(rows, cols, MemorySegment.ofArray(values));
  }

  /** Zeros in native memory of {@code arena}. */
  public static FloatMatrix allocate(Arena arena, int rows, int cols) {
    return new FloatMatrix(rows, cols, MatrixBytes.allocate(arena, rows, cols, 4));
  }

  /** One value. */
  public float get(int row, int col) {
    return values.getAtIndex(JAVA_FLOAT_UNALIGNED, (long) row * cols + col);
  }

  /** Changes one value. */
  public void set(int row, int col, float value) {
    values.setAtIndex(JAVA_FLOAT_UNALIGNED, (long) row * cols + col, value);
  }

  /** A copy of all values, row-major. */
  public float[] toArray() {
    return values.toArray(JAVA_FLOAT_UNALIGNED);
  }

  @Override
  public String toString() {
    return "float32 [" + rows + ", " + cols + "]";
  }
}
