package dev.ternary.kernel.conv;

import dev.ternary.kernel.conv.spi.ConvolutionCall;

/** One way to compute the convolutions of one shape. Immutable; owns its weights. */
interface ConvMethod extends AutoCloseable {

  /** Convolves; the workspace is this call's. */
  void apply(ConvolutionCall call, ConvWorkspace workspace);

  /** Frees the weights. */
  @Override
  void close();
}
