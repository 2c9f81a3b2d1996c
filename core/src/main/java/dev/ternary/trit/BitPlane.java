package dev.ternary.trit;

/**
 * A read-only sequence of bits in words of 64, the first bit lowest, and words in chunks of {@link
 * #CHUNK_WORDS}. Only the last chunk is shorter: it has the words that are needed. Bits above
 * {@link #size} are 0, so equal planes have equal words.
 *
 * <p>Chunks let a plane have more than 2^31 bits, keep a fresh result in the cache while it is
 * zeroed and filled, and stay below what the garbage collector treats as a huge object.
 */
sealed interface BitPlane permits HeapPlane, CodePlane {

  /** Words in a chunk, as a power of two. */
  int CHUNK_SHIFT = 12;

  /** Words in a chunk. */
  int CHUNK_WORDS = 1 << CHUNK_SHIFT;

  /** Bits in a chunk, as a power of two. */
  int CHUNK_BITS_SHIFT = CHUNK_SHIFT + 6;

  /** Number of bits. */
  long size();

  /** The words of one chunk; nobody writes them. */
  long[] chunk(int index);

  /** Word {@code index}, counted over all chunks. */
  long word(long index);

  /** Number of chunks. */
  default int chunks() {
    return chunks(size());
  }

  /** Whether bit {@code index} is set. */
  default boolean get(long index) {
    return (word(index >>> 6) >>> index & 1) != 0;
  }

  /** The {@code count} bits from {@code from}, 1 to 64 of them, the first lowest. */
  default long bits(long from, int count) {
    int shift = (int) from & 63;
    long low = word(from >>> 6) >>> shift;
    if (shift + count > 64) {
      low |= word((from >>> 6) + 1) << (64 - shift);
    }
    return low & mask(count);
  }

  /** How many bits of {@code [from, from + length)} are set. */
  default long count(long from, long length) {
    long count = 0;
    long at = from;
    long end = from + length;
    if (at < end && (at & 63) != 0) {
      int head = (int) Math.min(64 - (at & 63), end - at);
      count += Long.bitCount(bits(at, head));
      at += head;
    }
    while (end - at >= 64) {
      int first = (int) (at >>> 6) & (CHUNK_WORDS - 1);
      int words = (int) Math.min(CHUNK_WORDS - first, (end - at) >>> 6);
      count += BitKernels.count(chunk((int) (at >>> CHUNK_BITS_SHIFT)), first, words);
      at += 64L * words;
    }
    if (at < end) {
      count += Long.bitCount(bits(at, (int) (end - at)));
    }
    return count;
  }

  /** How many bits are set. */
  default long count() {
    return count(0, size());
  }

  /** Whether the other plane has the same bits. */
  default boolean sameBits(BitPlane other) {
    if (size() != other.size()) {
      return false;
    }
    for (int c = 0; c < chunks(); c++) {
      if (!java.util.Arrays.equals(chunk(c), other.chunk(c))) {
        return false;
      }
    }
    return true;
  }

  /** A hash of the bits. */
  default int hash() {
    int hash = Long.hashCode(size());
    for (int c = 0; c < chunks(); c++) {
      hash = 31 * hash + java.util.Arrays.hashCode(chunk(c));
    }
    return hash;
  }

  /** A word with the lowest {@code count} bits set, for 0 to 64. */
  static long mask(int count) {
    return count == 0 ? 0 : -1L >>> (64 - count);
  }

  /** Chunks that {@code size} bits take. */
  static int chunks(long size) {
    long chunks = Math.ceilDiv(size, 1L << CHUNK_BITS_SHIFT);
    if (chunks > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(size + " trits are more than an array can hold");
    }
    return (int) chunks;
  }

  /** Words in chunk {@code index} of a plane of {@code size} bits. */
  static int chunkWords(long size, int index) {
    return (int) Math.min(CHUNK_WORDS, ((size + 63) >>> 6) - ((long) index << CHUNK_SHIFT));
  }
}
