package dev.ternary.kernels.x86;

class Avx512VnniKernelTest implements TierContract {

  @Override
  public Tier tier() {
    return Tier.AVX512_VNNI;
  }
}
