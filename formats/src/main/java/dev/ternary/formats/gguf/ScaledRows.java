package dev.ternary.formats.gguf;

/**
 * The rows of ik_llama.cpp, each with its scale in front.
 *
 * <p>{@code IQ2_BN}: a scale as binary32, then 16 bytes for 64 weights, weight {@code j + 16 k} in
 * the two bits {@code k} of byte {@code j}. {@code IQ1_BN}: a scale as binary16, then 13 bytes for
 * 64 weights: of each 16 weights fifteen in three bytes, the least digit first, and the sixteenth
 * of all four as digits of the last byte.
 *
 * @param base3 whether it is {@code IQ1_BN}
 */
record ScaledRows(boolean base3) implements TritCodec {

  private static final int BLOCK = 64;

  /** The digit {@code j} of a byte is the first digit of so many times the byte, modulo 256. */
  private static final int[] FACTORS = {81, 27, 9, 3, 1};

  private static final byte[][] DIGITS = digits();

  private static byte[][] digits() {
    byte[][] digits = new byte[FACTORS.length][256];
    for (int j = 0; j < FACTORS.length; j++) {
      for (int value = 0; value < 256; value++) {
        int v = (value * FACTORS[j]) & 0xff;
        digits[j][value] = (byte) (((v + (v >> 1)) >> 7) - 1);
      }
    }
    return digits;
  }

  @Override
  public int blockWeights() {
    return BLOCK;
  }

  @Override
  public long rowBytes(long cols) {
    return base3 ? Short.BYTES + cols / BLOCK * 13 : Float.BYTES + cols / BLOCK * 16;
  }

  @Override
  public int groupCols(int cols) {
    return cols;
  }

  @Override
  public void unpack(byte[] row, byte[] trits, float[] scales) {
    if (base3) {
      scales[0] = Bytes.half(row, 0);
      unpackBase3(row, trits);
    } else {
      scales[0] = Bytes.single(row, 0);
      unpackPlanes(row, trits);
    }
  }

  private static void unpackPlanes(byte[] row, byte[] trits) {
    for (int from = Float.BYTES, to = 0; to < trits.length; from += 16) {
      for (int shift = 0; shift < 8; shift += 2, to += 16) {
        for (int j = 0; j < 16; j++) {
          trits[to + j] = (byte) (((row[from + j] >> shift) & 3) - 1);
        }
      }
    }
  }

  private static void unpackBase3(byte[] row, byte[] trits) {
    for (int from = Short.BYTES, to = 0; to < trits.length; from += 13) {
      int last = row[from + 12] & 0xff;
      for (int part = 0; part < 4; part++) {
        for (int k = 0; k < 3; k++) {
          int packed = row[from + 3 * part + k] & 0xff;
          for (int j = 0; j < 5; j++) {
            trits[to++] = DIGITS[j][packed];
          }
        }
        trits[to++] = DIGITS[part][last];
      }
    }
  }
}
