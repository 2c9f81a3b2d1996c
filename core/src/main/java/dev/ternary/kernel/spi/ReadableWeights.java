package dev.ternary.kernel.spi;

/**
 * Weights that can be read without multiplying. That takes the time that no product with one token
 * can go below, so benchmarks compare with it.
 */
public interface ReadableWeights extends KernelWeights {

  /** Bytes that one product with one token reads: weights and their scales. */
  long weightBytes();

  /** Reads all weights once, as fast as this CPU can, on the threads of {@code scratch}. */
  void readWeights(Scratch scratch);
}
