package dev.ternary.formats.gguf;

/**
 * {@code Q2_0} of ggml and {@code PQ2_0} of PrismML: a scale as binary16, then four weights a byte
 * in their order, the first in the lowest bits.
 *
 * @param blockWeights weights of a block
 */
record OrderedBlocks(int blockWeights) implements TritCodec {

  @Override
  public long rowBytes(long cols) {
    return cols / blockWeights * (Short.BYTES + blockWeights / 4);
  }

  @Override
  public int groupCols(int cols) {
    return blockWeights;
  }

  @Override
  public boolean hasTwo() {
    return true;
  }

  @Override
  public void unpack(byte[] row, byte[] trits, float[] scales) {
    int from = 0;
    int to = 0;
    for (int block = 0; block < scales.length; block++) {
      scales[block] = Bytes.half(row, from);
      from += Short.BYTES;
      for (int b = 0; b < blockWeights / 4; b++, to += 4) {
        int codes = row[from + b];
        trits[to] = (byte) ((codes & 3) - 1);
        trits[to + 1] = (byte) (((codes >> 2) & 3) - 1);
        trits[to + 2] = (byte) (((codes >> 4) & 3) - 1);
        trits[to + 3] = (byte) (((codes >> 6) & 3) - 1);
      }
      from += blockWeights / 4;
    }
  }
}
