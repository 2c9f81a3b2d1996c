package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Rows of floats in a matrix that may be wider than they are.
 *
 * @param count how many rows
 * @param width floats of a row
 * @param stride floats from one row to the next
 * @param first element that the first row starts at
 */
record Rows(int count, int width, int stride, long first) {

  /** Rows that touch are one. */
  private Rows joined() {
    return width == stride ? new Rows(1, count * width, count * width, first) : this;
  }

  void load(MemorySegment from, float[] to, int start) {
    Rows rows = joined();
    for (int i = 0; i < rows.count; i++) {
      long at = rows.first + (long) i * rows.stride;
      MemorySegment.copy(
          from, JAVA_FLOAT_UNALIGNED, Float.BYTES * at, to, start + i * rows.width, rows.width);
    }
  }

  void store(float[] from, MemorySegment to) {
    Rows rows = joined();
    for (int i = 0; i < rows.count; i++) {
      long at = rows.first + (long) i * rows.stride;
      MemorySegment.copy(
          from, i * rows.width, to, JAVA_FLOAT_UNALIGNED, Float.BYTES * at, rows.width);
    }
  }
}
