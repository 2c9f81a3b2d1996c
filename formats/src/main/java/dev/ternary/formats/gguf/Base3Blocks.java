package dev.ternary.formats.gguf;

import java.util.List;

/**
 * {@code TQ1_0} of ggml (ggml-quants.c, {@code dequantize_row_tq1_0}) and {@code PTQ1_0} of
 * PrismML: bytes of five trits each, then some of four, then the scale as binary16. Digit {@code n}
 * of byte {@code m} of a run of {@code w} bytes is weight {@code n * w + m} of the run.
 *
 * @param runs the runs of a block
 */
record Base3Blocks(List<Run> runs) implements TritCodec {

  static final Base3Blocks TQ1_0 =
      new Base3Blocks(List.of(new Run(32, 5), new Run(16, 5), new Run(4, 4)));
  static final Base3Blocks PTQ1_0 =
      new Base3Blocks(List.of(new Run(16, 5), new Run(8, 5), new Run(2, 4)));

  /**
   * Bytes with as many trits each.
   *
   * @param bytes how many
   * @param digits trits of a byte
   */
  record Run(int bytes, int digits) {}

  /** The trit of each digit of each byte; the first digit counts most. */
  private static final byte[][] DIGITS = digits();

  private static byte[][] digits() {
    byte[][] digits = new byte[5][256];
    int power = 1;
    for (byte[] digit : digits) {
      for (int value = 0; value < 256; value++) {
        // The byte is a fraction of 256; the digit is its first one in base 3.
        digit[value] = (byte) (((((value * power) & 0xff) * 3) >> 8) - 1);
      }
      power *= 3;
    }
    return digits;
  }

  private int blockBytes() {
    int bytes = Short.BYTES;
    for (Run run : runs) {
      bytes += run.bytes();
    }
    return bytes;
  }

  @Override
  public int blockWeights() {
    int weights = 0;
    for (Run run : runs) {
      weights += run.bytes() * run.digits();
    }
    return weights;
  }

  @Override
  public long rowBytes(long cols) {
    return cols / blockWeights() * blockBytes();
  }

  @Override
  public int groupCols(int cols) {
    return blockWeights();
  }

  @Override
  public void unpack(byte[] row, byte[] trits, float[] scales) {
    int from = 0;
    int to = 0;
    for (int block = 0; block < scales.length; block++) {
      for (Run run : runs) {
        for (int n = 0; n < run.digits(); n++, to += run.bytes()) {
          byte[] digit = DIGITS[n];
          for (int m = 0; m < run.bytes(); m++) {
            trits[to + m] = digit[row[from + m] & 0xff];
          }
        }
        from += run.bytes();
      }
      scales[block] = Bytes.half(row, from);
      from += Short.BYTES;
    }
  }
}
