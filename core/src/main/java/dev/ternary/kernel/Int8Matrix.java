package dev.ternary.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A writable view of row-major int8 activations with one float32 scale a row (token): the
 * activation is {@code value * scale}. The memory belongs to whoever made it.
 *
 * @param rows tokens, 0 or more
 * @param cols features, 0 or more
 * @param values exactly {@code rows * cols} bytes
 * @param scales exactly {@code 4 * rows} bytes, float32 in the byte order of the CPU
 */
public record Int8Matrix(int rows, int cols, MemorySegment values, MemorySegment scales) {

  public Int8Matrix {
    MatrixBytes.check("int8", rows, cols, 1, values);
    MatrixBytes.check("the scales of int8", rows, 1, 4, scales);
  }

  /** A view of {@code values} with scale 1 for every row. */
  public static Int8Matrix of(int rows, int cols, byte[] values) {
    float[] ones = new float[rows];
    Arrays.fill(ones, 1);
    return new Int8Matrix(rows, cols, MemorySegment.ofArray(values), MemorySegment.ofArray(ones));
  }

  /** Zeros in native memory of {@code arena}. */
  public static Int8Matrix allocate(Arena arena, int rows, int cols) {
    return new Int8Matrix(
        rows,
        cols,
        MatrixBytes.allocate(arena, rows, cols, 1),
        MatrixBytes.allocate(arena, rows, 1, 4));
  }

  /** One value, from -128 to 127. */
  public byte get(int row, int col) {
    return values.get(JAVA_BYTE, (long) row * cols + col);
  }

  /** The scale of one row. */
  public float scale(int row) {
    return scales.getAtIndex(JAVA_FLOAT_UNALIGNED, row);
  }

  @Override
  public String toString() {
    return "int8 [" + rows + ", " + cols + "]";
  }
}
