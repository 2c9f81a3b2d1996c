package dev.ternary.packed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * Four trits a byte, two bits each, the first trit in the lowest bits. The code 3 is invalid. Reach
 * it through {@link Packing#twoBit}.
 */
public record TwoBit() implements Packing {

  private static final long LOW_BITS = 0x5555_5555_5555_5555L;
  private static final int ZERO_BYTE = 0b01_01_01_01;

  @Override
  public String id() {
    return "2bit";
  }

  @Override
  public int tritsPerByte() {
    return 4;
  }

  @Override
  public void packRow(byte[] trits, int from, int cols, byte[] codes, int at) {
    Packing.requireTrits(trits, from, cols);
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

  @Override
  public void unpackRow(MemorySegment codes, long at, int cols, byte[] trits, int from) {
    for (int i = 0; i < cols; i++) {
      int packed = codes.get(JAVA_BYTE, at + (i >> 2));
      trits[from + i] = (byte) (((packed >> (2 * (i & 3))) & 3) - 1);
    }
  }

  @Override
  public OptionalLong firstInvalid(MemorySegment codes, long rows, long cols) {
    long bytes = rows * rowBytes(cols);
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

  private OptionalLong firstInvalidPadding(MemorySegment codes, long rows, long cols) {
    int left = (int) (cols % 4);
    if (left == 0) {
      return OptionalLong.empty();
    }
    int mask = 0xff & (-1 << (2 * left));
    long rowBytes = rowBytes(cols);
    for (long row = 1; row <= rows; row++) {
      if ((codes.get(JAVA_BYTE, row * rowBytes - 1) & mask) != (ZERO_BYTE & mask)) {
        return OptionalLong.of(row * rowBytes - 1);
      }
    }
    return OptionalLong.empty();
  }
}
