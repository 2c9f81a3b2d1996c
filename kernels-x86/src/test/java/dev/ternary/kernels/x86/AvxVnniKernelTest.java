package dev.ternary.kernels.x86;

class AvxVnniKernelTest implements TierContract {

  @Override
  public Tier tier() {
    return Tier.AVX_VNNI;
  }
}
