package dev.ternary.trit;

import java.util.Arrays;

/** Bits in arrays. Planes may share chunks, since nobody writes them once the plane exists. */
final class HeapPlane implements BitPlane {

  private final long size;
  private final long[][] chunks;

  HeapPlane(long size, long[][] chunks) {
    this.size = size;
    this.chunks = chunks;
  }

  /** Fresh chunks for {@code size} bits, all 0. */
  static long[][] allocate(long size) {
    long[][] chunks = new long[BitPlane.chunks(size)][];
    for (int c = 0; c < chunks.length; c++) {
      chunks[c] = new long[BitPlane.chunkWords(size, c)];
    }
    return chunks;
  }

  /** A plane of equal bits; all its chunks but the last are one. */
  static HeapPlane constant(long size, boolean bit) {
    long[][] chunks = new long[BitPlane.chunks(size)][];
    if (chunks.length > 0) {
      long[] last = new long[BitPlane.chunkWords(size, chunks.length - 1)];
      if (bit) {
        Arrays.fill(last, -1);
        clearAbove(size, last);
      }
      if (chunks.length > 1) {
        long[] whole = new long[CHUNK_WORDS];
        Arrays.fill(whole, bit ? -1 : 0);
        Arrays.fill(chunks, whole);
      }
      chunks[chunks.length - 1] = last;
    }
    return new HeapPlane(size, chunks);
  }

  /** Clears the bits of the last chunk that are above {@code size}. */
  static void clearAbove(long size, long[] last) {
    if ((size & 63) != 0) {
      last[last.length - 1] &= BitPlane.mask((int) size & 63);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int chunks() {
    return chunks.length;
  }

  @Override
  public long[] chunk(int index) {
    return chunks[index];
  }

  @Override
  public long word(long index) {
    return chunks[(int) (index >>> CHUNK_SHIFT)][(int) index & (CHUNK_WORDS - 1)];
  }
}
