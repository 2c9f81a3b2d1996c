package dev.ternary.formats.gguf;

/** How an encoding lays out the weights of a row, which is a whole number of blocks. */
interface RowCodec {

  /** Weights of the smallest part that a row is a multiple of. */
  int blockWeights();

  /** Bytes of a row of {@code cols} weights. */
  long rowBytes(long cols);

  /** Bytes behind the last row, which are for all rows. */
  default int tailBytes() {
    return 0;
  }

  /** Bytes of a whole tensor. */
  default long bytes(long rows, long cols) {
    return Math.addExact(Math.multiplyExact(rows, rowBytes(cols)), tailBytes());
  }

  /**
   * Decodes a row.
   *
   * @param row its bytes, {@link #rowBytes} of them, and those of the tail
   * @param weights takes its weights, as many as there are columns
   */
  void decode(byte[] row, float[] weights);
}
