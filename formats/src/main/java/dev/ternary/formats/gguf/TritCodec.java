package dev.ternary.formats.gguf;

/** A row of codes and scales: each weight is {@code (code - 1) * scale}. */
interface TritCodec extends RowCodec {

  /** Neighbouring weights of a row of {@code cols} that share a scale. */
  int groupCols(int cols);

  /**
   * Takes a row apart.
   *
   * @param row its bytes
   * @param trits takes {@code code - 1} of each weight: -1, 0 or +1, and 2 where the bits say so
   * @param scales takes the scale of each group
   */
  void unpack(byte[] row, byte[] trits, float[] scales);

  /** Whether the code 3 stands for twice the scale, as writers of other weights use it. */
  default boolean hasTwo() {
    return false;
  }

  @Override
  default void decode(byte[] row, float[] weights) {
    byte[] trits = new byte[weights.length];
    int group = groupCols(weights.length);
    float[] scales = new float[Math.ceilDiv(weights.length, group)];
    unpack(row, trits, scales);
    for (int g = 0, at = 0; g < scales.length; g++) {
      for (int end = Math.min(at + group, weights.length); at < end; at++) {
        // Not a product, which would make -0 of a zero.
        weights[at] = trits[at] == 0 ? 0 : trits[at] * scales[g];
      }
    }
  }
}
