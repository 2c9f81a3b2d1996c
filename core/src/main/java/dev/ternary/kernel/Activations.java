package dev.ternary.kernel;

/** In which form activations enter a ternary product. */
public enum Activations {
  /**
   * Quantized to int8, each token (or image of a convolution) by itself; see {@link
   * TernaryKernel#quantize}. Fast, and the same bits with every kernel.
   */
  INT8,

  /** Kept as float32: exact but for the rounding of the sum. */
  FLOAT32
}
