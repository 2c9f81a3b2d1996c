package dev.ternary.kernels.x86;

class Avx2KernelTest implements TierContract {

  @Override
  public Tier tier() {
    return Tier.AVX2;
  }
}
