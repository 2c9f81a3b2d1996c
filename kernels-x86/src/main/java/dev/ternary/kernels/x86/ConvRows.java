package dev.ternary.kernels.x86;

/**
 * What each output channel needs behind its sum. For every 16 of them, one after another: 16
 * scales, 16 biases, 16 numbers that sums start with.
 */
final class ConvRows {

  /** Bytes for 16 output channels. */
  static final int BYTES = 192;

  static final int SCALES = 0;
  static final int BIASES = 64;
  static final int STARTS = 128;

  private ConvRows() {}

  /** Offset of vector {@code v} of one kind. */
  static int at(int kind, int vectorBytes, int v) {
    int bytes = v * vectorBytes;
    return bytes / 64 * BYTES + kind + bytes % 64;
  }
}
