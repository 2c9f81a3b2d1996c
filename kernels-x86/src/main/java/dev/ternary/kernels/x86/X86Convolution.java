package dev.ternary.kernels.x86;

import dev.ternary.kernel.conv.spi.ConvolutionCall;
import dev.ternary.kernel.conv.spi.ConvolutionWeights;
import dev.ternary.kernel.spi.Scratch;

/** A convolution in generated code. */
record X86Convolution(ConvWeights weights) implements ConvolutionWeights {

  @Override
  public void apply(ConvolutionCall call, Scratch scratch) {
    if (call.images() > 0) {
      new ConvRun(weights, call, scratch).run();
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
