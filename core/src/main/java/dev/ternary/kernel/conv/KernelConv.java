package dev.ternary.kernel.conv;

import dev.ternary.kernel.conv.spi.ConvolutionCall;
import dev.ternary.kernel.conv.spi.ConvolutionWeights;

/** A convolution in code of the kernel's own. */
record KernelConv(ConvolutionWeights weights) implements ConvMethod {

  @Override
  public void apply(ConvolutionCall call, ConvWorkspace workspace) {
    weights.apply(call, workspace.scratch());
  }

  @Override
  public void close() {
    weights.close();
  }
}
