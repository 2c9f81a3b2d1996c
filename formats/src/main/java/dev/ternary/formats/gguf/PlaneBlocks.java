package dev.ternary.formats.gguf;

/**
 * {@code TQ2_0} of ggml (ggml-quants.c, {@code dequantize_row_tq2_0}): 256 weights as 64 bytes and
 * a scale as binary16. In each half of 32 bytes the two bits {@code n} of byte {@code m} are weight
 * {@code 32 n + m}.
 */
record PlaneBlocks() implements TritCodec {

  private static final int BLOCK = 256;
  private static final int CODE_BYTES = 64;

  @Override
  public int blockWeights() {
    return BLOCK;
  }

  @Override
  public long rowBytes(long cols) {
    return cols / BLOCK * (CODE_BYTES + Short.BYTES);
  }

  @Override
  public int groupCols(int cols) {
    return BLOCK;
  }

  @Override
  public void unpack(byte[] row, byte[] trits, float[] scales) {
    int from = 0;
    int to = 0;
    for (int block = 0; block < scales.length; block++) {
      for (int half = 0; half < 2; half++, from += 32) {
        for (int shift = 0; shift < 8; shift += 2, to += 32) {
          for (int m = 0; m < 32; m++) {
            trits[to + m] = (byte) (((row[from + m] >> shift) & 3) - 1);
          }
        }
      }
      scales[block] = Bytes.half(row, from);
      from += Short.BYTES;
    }
  }
}
