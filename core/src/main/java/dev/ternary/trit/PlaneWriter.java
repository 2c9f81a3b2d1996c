package dev.ternary.trit;

/** Fills a plane from its first bit to its last. */
final class PlaneWriter {

  private final long size;
  private final long[][] chunks;
  private long at;
  private long word;

  PlaneWriter(long size) {
    this.size = size;
    this.chunks = HeapPlane.allocate(size);
  }

  /** Appends the lowest {@code count} bits, 1 to 64; the bits above are 0. */
  void append(long bits, int count) {
    int shift = (int) at & 63;
    word |= bits << shift;
    if (shift + count >= 64) {
      store(at >>> 6, word);
      word = shift == 0 ? 0 : bits >>> (64 - shift);
    }
    at += count;
  }

  /** Appends bits {@code [from, from + length)} of a plane. */
  void append(BitPlane source, long from, long length) {
    long next = from;
    long end = from + length;
    if (source instanceof HeapPlane heap && length >= 256) {
      int head = (int) (-at & 63);
      if (head > 0) {
        append(source.bits(next, head), head);
        next += head;
      }
      long words = (end - next) >>> 6;
      appendWords(heap, next, words);
      next += 64 * words;
    }
    for (; end - next >= 64; next += 64) {
      append(source.bits(next, 64), 64);
    }
    if (next < end) {
      append(source.bits(next, (int) (end - next)), (int) (end - next));
    }
  }

  /**
   * Appends whole words at a word border, as far as they lie in one chunk of each plane at a time.
   */
  private void appendWords(HeapPlane source, long from, long words) {
    long next = from;
    long left = words;
    int shift = (int) from & 63;
    while (left > 0) {
      int to = (int) (at >>> 6) & (BitPlane.CHUNK_WORDS - 1);
      int first = (int) (next >>> 6) & (BitPlane.CHUNK_WORDS - 1);
      // A shifted word needs its neighbour, which may be in the next chunk.
      int reach = BitPlane.CHUNK_WORDS - first - (shift == 0 ? 0 : 1);
      int run = (int) Math.min(left, Math.min(BitPlane.CHUNK_WORDS - to, reach));
      if (run == 0) {
        append(source.bits(next, 64), 64);
        run = 1;
      } else {
        long[] target = chunks[(int) (at >>> BitPlane.CHUNK_BITS_SHIFT)];
        long[] origin = source.chunk((int) (next >>> BitPlane.CHUNK_BITS_SHIFT));
        BitKernels.shift(origin, first, shift, target, to, run);
        at += 64L * run;
      }
      next += 64L * run;
      left -= run;
    }
  }

  /** Appends the {@code length} bits that end before {@code end}, last first. */
  void appendReversed(BitPlane source, long end, long length) {
    long next = end;
    long first = end - length;
    while (next > first) {
      int count = (int) Math.min(64, next - first);
      next -= count;
      append(Long.reverse(source.bits(next, count)) >>> (64 - count), count);
    }
  }

  /** Appends {@code length} bits that are {@code stride} apart in a plane. */
  void appendEach(BitPlane source, long from, long stride, long length) {
    long next = from;
    long left = length;
    while (left > 0) {
      int count = (int) Math.min(64, left);
      long bits = 0;
      for (int i = 0; i < count; i++) {
        bits |= (source.word(next >>> 6) >>> next & 1) << i;
        next += stride;
      }
      append(bits, count);
      left -= count;
    }
  }

  /** Appends {@code length} equal bits. */
  void fill(boolean bit, long length) {
    long left = length;
    while (left > 0) {
      int count = (int) Math.min(64, left);
      append(bit ? BitPlane.mask(count) : 0, count);
      left -= count;
    }
  }

  /** The plane, once all bits are appended. */
  HeapPlane done() {
    if (at != size) {
      throw new AssertionError("wrote " + at + " of " + size + " bits");
    }
    if ((at & 63) != 0) {
      store(at >>> 6, word);
    }
    return new HeapPlane(size, chunks);
  }

  private void store(long index, long bits) {
    chunks[(int) (index >>> BitPlane.CHUNK_SHIFT)][(int) index & (BitPlane.CHUNK_WORDS - 1)] = bits;
  }
}
