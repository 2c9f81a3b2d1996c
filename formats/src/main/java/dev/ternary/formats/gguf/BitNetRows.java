package dev.ternary.formats.gguf;

/**
 * {@code I2_S} of microsoft/BitNet: 128 weights are 32 bytes, weight {@code 32 g + p} in the two
 * bits {@code 6 - 2 g} of byte {@code p}. The tensor's one scale stands behind all of its rows, as
 * binary32 in 32 bytes; {@link GgufTensor} hands it over at the end of each row.
 */
record BitNetRows() implements TritCodec {

  /** The scale, and what fills it up. */
  static final int TAIL = 32;

  private static final int BLOCK = 128;

  @Override
  public int blockWeights() {
    return BLOCK;
  }

  @Override
  public long rowBytes(long cols) {
    return cols / 4;
  }

  @Override
  public long bytes(long rows, long cols) {
    return Math.addExact(Math.multiplyExact(rows, rowBytes(cols)), TAIL);
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
