package dev.ternary.kernels.x86;

/** On CPUs with AMX. */
class AmxKernelTest implements TierContract {

  @Override
  public Tier tier() {
    return Tier.AMX;
  }
}
