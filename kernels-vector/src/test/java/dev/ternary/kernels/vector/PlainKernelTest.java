package dev.ternary.kernels.vector;

import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.contract.KernelContract;

/** What serves until vector code is compiled, at each width. */
class PlainKernelTest implements KernelContract {

  @Override
  public TernaryKernel kernel() {
    return new VectorKernel(Choice.PLAIN);
  }

  /** It may: its arrays are garbage, for the second or two that it runs. */
  @Override
  public void allocatesNothingOnceWarm() {}

  /** As above. */
  @Override
  public void aConvolutionWhoseChannelsLieLastAllocatesLittleOnceWarm() {}
}
