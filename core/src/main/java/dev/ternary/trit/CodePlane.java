package dev.ternary.trit;

import dev.ternary.tensor.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The positive or the negative trits of memory that holds valid 2-bit codes, four a byte: decoded
 * on each access, so that a mapped file larger than the heap can be an operand.
 */
final class CodePlane implements BitPlane {

  private static final long LOW = 0x5555_5555_5555_5555L;

  private final MemorySegment codes;
  private final long size;
  private final boolean positive;

  CodePlane(MemorySegment codes, long size, boolean positive) {
    this.codes = codes;
    this.size = size;
    this.positive = positive;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long[] chunk(int index) {
    long[] words = new long[BitPlane.chunkWords(size, index)];
    long first = (long) index << CHUNK_SHIFT;
    for (int w = 0; w < words.length; w++) {
      words[w] = word(first + w);
    }
    return words;
  }

  @Override
  public long word(long index) {
    long at = 16 * index;
    long left = codes.byteSize() - at;
    long word = half(at, left);
    if (left > 8) {
      word |= half(at + 8, left - 8) << 32;
    }
    long bits = size - 64 * index;
    return bits < 64 ? word & BitPlane.mask((int) bits) : word;
  }

  /** The bits of up to 32 codes. */
  private long half(long at, long bytes) {
    long pairs = bytes >= 8 ? codes.get(LittleEndian.LONG, at) : tail(at, (int) bytes);
    // Code 2 is +1 and code 0 is -1.
    return positive ? Long.compress(pairs, LOW << 1) : Long.compress(~(pairs | pairs >>> 1), LOW);
  }

  private long tail(long at, int bytes) {
    long pairs = 0;
    for (int b = 0; b < bytes; b++) {
      pairs |= (codes.get(ValueLayout.JAVA_BYTE, at + b) & 0xffL) << (8 * b);
    }
    return pairs;
  }
}
