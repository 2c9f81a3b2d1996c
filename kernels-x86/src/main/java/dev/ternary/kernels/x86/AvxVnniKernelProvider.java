package dev.ternary.kernels.x86;

import dev.ternary.kernel.Probe;
import dev.ternary.kernel.spi.KernelProvider;

/** Offers {@link Tier#AVX_VNNI}. */
public final class AvxVnniKernelProvider implements KernelProvider {

  @Override
  public String name() {
    return Tier.AVX_VNNI.kernelName();
  }

  @Override
  public int rank() {
    return Tier.AVX_VNNI.rank();
  }

  @Override
  public Probe probe() {
    return Tier.AVX_VNNI.probe();
  }
}
