package dev.ternary.formats.gguf;

/**
 * {@code Q6_K} of ggml (ggml-quants.c, {@code dequantize_row_q6_K}): 256 weights of six bits, four
 * of them in one array and two in another, sixteen scales of a byte and one as binary16.
 */
record Q6K() implements RowCodec {

  private static final int BLOCK = 256;
  private static final int BLOCK_BYTES = 210;
  private static final int HIGH = 128;
  private static final int SCALES = 192;

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
      float d = Bytes.half(row, from + BLOCK_BYTES - 2);
      for (int half = 0; half < 2; half++) {
        for (int part = 0; part < 4; part++) {
          int low = from + 64 * half + 32 * (part % 2);
          int high = from + HIGH + 32 * half;
          for (int i = 0; i < 32; i++) {
            int code =
                ((row[low + i] >> (4 * (part / 2))) & 15)
                    | (((row[high + i] >> (2 * part)) & 3) << 4);
            int scale = row[from + SCALES + 8 * half + 2 * part + i / 16];
            weights[to + 128 * half + 32 * part + i] = d * scale * (code - 32);
          }
        }
      }
    }
  }
}
