package dev.ternary.kernels.x86;

import dev.ternary.kernel.Probe;
import dev.ternary.kernel.spi.KernelProvider;

/** Offers {@link Tier#AVX2}. */
public final class Avx2KernelProvider implements KernelProvider {

  @Override
  public String name() {
    return Tier.AVX2.kernelName();
  }

  @Override
  public int rank() {
    return Tier.AVX2.rank();
  }

  @Override
  public Probe probe() {
    return Tier.AVX2.probe();
  }
}
