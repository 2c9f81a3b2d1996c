package dev.ternary.packed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/** Four trits a byte, two bits each, the first trit in the lowest bits. The code 3 is invalid. */
final class TwoBitCodes {

  private static final long LOW_BITS = 0x5555_5555_5555_5555L;
  private static final int ZERO_BYTE = 0b01_01_01_01;

  private TwoBitCodes() {}

  static void packRow(byte[] trits, int from, int cols, byte[] codes, int at) {
    Trits.require(trits, from, cols);
    int whole = cols / 4;
    for (int b = 0; b < whole; b++) {
      int i = from + 4 * b;
      // A code is its trit and 1: the ones together are the zero byte.
      codes[at + b] =
          (byte) (ZERO_BYTE + trits[i] + 4 * trits[i + 1] + 16 * trits[i + 2] + 64 * trits[i + 3]);
    }
    int packed = ZERO_BYTE;
    for (int i = 4 * whole; i < cols; i++) {
      packed += trits[from + i] << (2 * (i - 4 * whole));
    }
    if (4 * whole < cols) {
      codes[at + whole] = (byte) packed;
    }
  }

  static void unpackRow(MemorySegment codes, long at, int cols, byte[] trits, int from) {
    for (int i = 0; i < cols; i++) {
      int packed = codes.get(JAVA_BYTE, at + (i >> 2));
      trits[from + i] = (byte) (((packed >> (2 * (i & 3))) & 3) - 1);
    }
  }

  static OptionalLong firstInvalid(MemorySegment codes, long rows, long cols) {
    long bytes = rows * Math.ceilDiv(cols, 4L);
    long at = 0;
    for (; at + 8 <= bytes; at += 8) {
      long word = codes.get(JAVA_LONG_UNALIGNED, at);
      if ((word & (word >>> 1) & LOW_BITS) != 0) {
        break;
      }
    }
    for (; at < bytes; at++) {
      int packed = codes.get(JAVA_BYTE, at);
      if ((packed & (packed >> 1) & 0x55) != 0) {
        return OptionalLong.of(at);
      }
    }
    return firstInvalidPadding(codes, rows, cols);
  }

  private static OptionalLong firstInvalidPadding(MemorySegment codes, long rows, long cols) {
    int left = (int) (cols % 4);
    if (left == 0) {
      return OptionalLong.empty();
    }
    int mask = 0xff & (-1 << (2 * left));
    long rowBytes = Math.ceilDiv(cols, 4L);
    for (long row = 1; row <= rows; row++) {
      if ((codes.get(JAVA_BYTE, row * rowBytes - 1) & mask) != (ZERO_BYTE & mask)) {
        return OptionalLong.of(row * rowBytes - 1);
      }
    }
    return OptionalLong.empty();
  }

  /** The index of the first code 3 in the byte at {@code offset}; empty if it lies in padding. */
  static OptionalLong indexOf3(int value, long offset, long cols) {
    long rowBytes = Math.ceilDiv(cols, 4L);
    long row = offset / rowBytes;
    long col = offset % rowBytes * 4;
    for (int i = 0; i < 4 && col + i < cols; i++) {
      if ((value >> (2 * i) & 3) == 3) {
        return OptionalLong.of(row * cols + col + i);
      }
    }
    return OptionalLong.empty();
  }
}
