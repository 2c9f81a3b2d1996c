package dev.ternary.formats.gguf;

/**
 * {@code Q4_K} of ggml (ggml-quants.c, {@code dequantize_row_q4_K}): 256 weights in eight groups of
 * 32, each with a scale and a minimum of six bits, which two scales as binary16 multiply.
 */
record Q4K() implements RowCodec {

  private static final int BLOCK = 256;
  private static final int BLOCK_BYTES = 144;

  @Override
  public int blockWeights() {
    return BLOCK;
  }

  @Override
  public long rowBytes(long cols) {
    return cols / BLOCK * BLOCK_BYTES;
  }

  @Override
  public void decode(byte[] row, float[] weights) {
    for (int from = 0, to = 0; to < weights.length; from += BLOCK_BYTES, to += BLOCK) {
      float d = Bytes.half(row, from);
      float dMin = Bytes.half(row, from + 2);
      for (int group = 0; group < 8; group++) {
        float scale = d * scale(row, from + 4, group);
        float min = dMin * min(row, from + 4, group);
        int codes = from + 16 + 32 * (group / 2);
        int shift = 4 * (group % 2);
        for (int i = 0; i < 32; i++) {
          weights[to + 32 * group + i] = scale * ((row[codes + i] >> shift) & 15) - min;
        }
      }
    }
  }

  private static int scale(byte[] row, int at, int group) {
    return group < 4
        ? row[at + group] & 63
        : (row[at + group + 4] & 15) | (((row[at + group - 4] >> 6) & 3) << 4);
  }

  private static int min(byte[] row, int at, int group) {
    return group < 4
        ? row[at + group + 4] & 63
        : ((row[at + group + 4] >> 4) & 15) | (((row[at + group] >> 6) & 3) << 4);
  }
}
