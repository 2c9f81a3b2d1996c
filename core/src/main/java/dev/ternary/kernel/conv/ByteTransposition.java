package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.tensor.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Turns a matrix of bytes around, 8 by 8 of them at a time in registers: Warren, Hacker's Delight,
 * 2nd edition, section 7-3, with bytes for bits.
 *
 * @param from the matrix {@code [rows, cols]}, with {@link #SIZE} bytes behind each element that
 *     may be read
 * @param fromStride bytes from one row to the next
 * @param to where {@code [cols, rows]} goes, without gaps
 */
record ByteTransposition(MemorySegment from, long fromStride, MemorySegment to) {

  /** Rows and columns of a block. */
  static final int SIZE = 8;

  private static final long HALVES = 0x0000_0000_FFFF_FFFFL;
  private static final long QUARTERS = 0x0000_FFFF_0000_FFFFL;
  private static final long BYTES = 0x00FF_00FF_00FF_00FFL;

  /** Turns {@code [rows, cols]} at byte {@code source} into {@code [cols, rows]} at the target. */
  void run(long source, long target, int rows, int cols) {
    if (rows < SIZE) {
      for (int col = 0; col < cols; col++) {
        for (int row = 0; row < rows; row++) {
          byte value = from.get(JAVA_BYTE, source + row * fromStride + col);
          to.set(JAVA_BYTE, target + (long) col * rows + row, value);
        }
      }
      return;
    }
    for (int i = 0; i < rows; i += SIZE) {
      // The last block may repeat rows of the one before.
      int row = Math.min(i, rows - SIZE);
      for (int col = 0; col < cols; col += SIZE) {
        long at = source + row * fromStride + col;
        block(at, target + (long) col * rows + row, rows, Math.min(SIZE, cols - col));
      }
    }
  }

  private void block(long at, long target, int toStride, int cols) {
    long a = from.get(LittleEndian.LONG, at);
    long b = from.get(LittleEndian.LONG, at + fromStride);
    long c = from.get(LittleEndian.LONG, at + 2 * fromStride);
    long d = from.get(LittleEndian.LONG, at + 3 * fromStride);
    long e = from.get(LittleEndian.LONG, at + 4 * fromStride);
    long f = from.get(LittleEndian.LONG, at + 5 * fromStride);
    long g = from.get(LittleEndian.LONG, at + 6 * fromStride);
    long h = from.get(LittleEndian.LONG, at + 7 * fromStride);
    long t = (a >>> 32 ^ e) & HALVES;
    a ^= t << 32;
    e ^= t;
    t = (b >>> 32 ^ f) & HALVES;
    b ^= t << 32;
    f ^= t;
    t = (c >>> 32 ^ g) & HALVES;
    c ^= t << 32;
    g ^= t;
    t = (d >>> 32 ^ h) & HALVES;
    d ^= t << 32;
    h ^= t;
    fours(a, b, c, d, target, toStride, cols);
    if (cols > SIZE / 2) {
      fours(e, f, g, h, target + (SIZE / 2) * (long) toStride, toStride, cols - SIZE / 2);
    }
  }

  /** The last two steps for half a block, and up to four of its columns stored. */
  private void fours(long a, long b, long c, long d, long target, int toStride, int cols) {
    long t = (a >>> 16 ^ c) & QUARTERS;
    long first = a ^ t << 16;
    long third = c ^ t;
    t = (b >>> 16 ^ d) & QUARTERS;
    long second = b ^ t << 16;
    long fourth = d ^ t;
    t = (first >>> 8 ^ second) & BYTES;
    to.set(LittleEndian.LONG, target, first ^ t << 8);
    if (cols > 1) {
      to.set(LittleEndian.LONG, target + toStride, second ^ t);
    }
    t = (third >>> 8 ^ fourth) & BYTES;
    if (cols > 2) {
      to.set(LittleEndian.LONG, target + 2L * toStride, third ^ t << 8);
    }
    if (cols > 3) {
      to.set(LittleEndian.LONG, target + 3L * toStride, fourth ^ t);
    }
  }
}
