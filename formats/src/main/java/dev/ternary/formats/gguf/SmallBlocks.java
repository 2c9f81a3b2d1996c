package dev.ternary.formats.gguf;

/**
 * {@code Q8_0} and {@code Q4_0} of ggml: 32 weights, a scale as binary16 in front. Eight bits are a
 * signed byte a weight; four bits are 8 more than the weight, the first sixteen weights in the low
 * halves of the bytes, the others in the high ones.
 *
 * @param bits 8 or 4
 */
record SmallBlocks(int bits) implements RowCodec {

  private static final int BLOCK = 32;

  @Override
  public int blockWeights() {
    return BLOCK;
  }

  @Override
  public long rowBytes(long cols) {
    return cols / BLOCK * (Short.BYTES + BLOCK * bits / 8);
  }

  @Override
  public void decode(byte[] row, float[] weights) {
    for (int from = 0, to = 0; to < weights.length; to += BLOCK) {
      float scale = Bytes.half(row, from);
      from += Short.BYTES;
      if (bits == 8) {
        for (int i = 0; i < BLOCK; i++) {
          weights[to + i] = row[from + i] * scale;
        }
        from += BLOCK;
      } else {
        for (int i = 0; i < BLOCK / 2; i++) {
          weights[to + i] = ((row[from + i] & 15) - 8) * scale;
          weights[to + i + BLOCK / 2] = (((row[from + i] >> 4) & 15) - 8) * scale;
        }
        from += BLOCK / 2;
      }
    }
  }
}
