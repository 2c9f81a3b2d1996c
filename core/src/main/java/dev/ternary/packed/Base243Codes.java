package dev.ternary.packed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * Five trits a byte: the sum of {@code (t_i + 1) * 3^i}, least significant trit first, which is
 * also what {@code keras.quantizers.pack_ternary} (Keras 3) writes. Bytes 243 to 255 are invalid.
 */
final class Base243Codes {

  private static final int STATES = 243;

  /** Five zeros. */
  private static final int ZERO_BYTE = 121;

  private static final int[] POWERS = {1, 3, 9, 27, 81};

  /** The five trits of each valid byte. */
  private static final byte[] TRITS = trits();

  private static byte[] trits() {
    byte[] trits = new byte[5 * STATES];
    for (int b = 0; b < STATES; b++) {
      for (int i = 0; i < 5; i++) {
        trits[5 * b + i] = (byte) (b / POWERS[i] % 3 - 1);
      }
    }
    return trits;
  }

  private Base243Codes() {}

  static void packRow(byte[] trits, int from, int cols, byte[] codes, int at) {
    Trits.require(trits, from, cols);
    int whole = cols / 5;
    for (int b = 0; b < whole; b++) {
      int i = from + 5 * b;
      codes[at + b] =
          (byte)
              (ZERO_BYTE
                  + trits[i]
                  + 3 * trits[i + 1]
                  + 9 * trits[i + 2]
                  + 27 * trits[i + 3]
                  + 81 * trits[i + 4]);
    }
    int packed = ZERO_BYTE;
    for (int i = 5 * whole; i < cols; i++) {
      packed += trits[from + i] * POWERS[i - 5 * whole];
    }
    if (5 * whole < cols) {
      codes[at + whole] = (byte) packed;
    }
  }

  static void unpackRow(MemorySegment codes, long at, int cols, byte[] trits, int from) {
    for (int first = 0; first < cols; first += 5) {
      int packed = codes.get(JAVA_BYTE, at + first / 5) & 0xff;
      System.arraycopy(TRITS, 5 * packed, trits, from + first, Math.min(5, cols - first));
    }
  }

  static OptionalLong firstInvalid(MemorySegment codes, long rows, long cols) {
    long rowBytes = Math.ceilDiv(cols, 5L);
    long bytes = rows * rowBytes;
    for (long at = 0; at < bytes; at++) {
      if ((codes.get(JAVA_BYTE, at) & 0xff) >= STATES) {
        return OptionalLong.of(at);
      }
    }
    int left = (int) (cols % 5);
    if (left == 0) {
      return OptionalLong.empty();
    }
    // Zero trits in all places above `left`: their part of the sum is that of the all-zero byte.
    int padding = ZERO_BYTE / POWERS[left];
    for (long row = 1; row <= rows; row++) {
      if ((codes.get(JAVA_BYTE, row * rowBytes - 1) & 0xff) / POWERS[left] != padding) {
        return OptionalLong.of(row * rowBytes - 1);
      }
    }
    return OptionalLong.empty();
  }
}
