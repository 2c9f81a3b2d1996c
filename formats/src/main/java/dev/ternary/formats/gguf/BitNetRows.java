package dev.ternary.formats.gguf;

/**
 * {@code I2_S} of microsoft/BitNet: 128 weights are 32 bytes, weight {@code 32 g + p} in the two
 * bits {@code 6 - 2 g} of byte {@code p}. The tensor's one scale stands behind all of its rows, as
 * binary32 in a tail of 32 bytes.
 */
record BitNetRows() implements TritCodec {

  private static final int BLOCK = 128;

  @Override
  public int blockWeights() {
    return BLOCK;
  }

  @Override
  public long rowBytes(long cols) {
    return cols / 4;
  }

  /** The scale, and what fills it up. */
  @Override
  public int tailBytes() {
    return 32;
  }

  @Override
  public int groupCols(int cols) {
    return cols;
  }

  @Override
  public void unpack(byte[] row, byte[] trits, float[] scales) {
    for (int from = 0, to = 0; to < trits.length; from += 32) {
      for (int shift = 6; shift >= 0; shift -= 2, to += 32) {
        for (int p = 0; p < 32; p++) {
          trits[to + p] = (byte) (((row[from + p] >> shift) & 3) - 1);
        }
      }
    }
    scales[0] = Bytes.single(row, trits.length / 4);
  }
}
