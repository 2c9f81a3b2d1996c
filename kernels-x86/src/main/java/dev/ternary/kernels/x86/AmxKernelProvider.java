package dev.ternary.kernels.x86;

import dev.ternary.kernel.Probe;
import dev.ternary.kernel.spi.KernelProvider;

/** Offers {@link Tier#AMX}. */
public final class AmxKernelProvider implements KernelProvider {

  @Override
  public String name() {
    return Tier.AMX.kernelName();
  }

  @Override
  public int rank() {
    return Tier.AMX.rank();
  }

  @Override
  public Probe probe() {
    return Tier.AMX.probe();
  }
}
