package dev.ternary.kernels.x86;

import dev.ternary.kernel.Probe;
import dev.ternary.kernel.spi.KernelProvider;

/** Offers {@link Tier#AVX512_VNNI}. */
public final class Avx512VnniKernelProvider implements KernelProvider {

  @Override
  public String name() {
    return Tier.AVX512_VNNI.kernelName();
  }

  @Override
  public int rank() {
    return Tier.AVX512_VNNI.rank();
  }

  @Override
  public Probe probe() {
    return Tier.AVX512_VNNI.probe();
  }
}
