package dev.ternary.kernel.conv.spi;

import dev.ternary.kernel.spi.Scratch;

/**
 * The weights of one convolution in the layout of a kernel. Calls have been checked: sizes fit, the
 * scratch memory is for this call alone, and nothing is closed before it has ended.
 */
public interface ConvolutionWeights extends AutoCloseable {

  /** Convolves; there may be no images. */
  void apply(ConvolutionCall call, Scratch scratch);

  /** Frees the memory. Called once, by any thread, when no call runs and none will. */
  @Override
  void close();
}
