package dev.ternary.kernels.x86;

import dev.ternary.kernel.TernaryKernel;

/** The contract with tables of sums for products of any size, as only large ones have them. */
class SumKernelTest implements TierContract {

  /** The kernel that has tables wherever it can. */
  static final TernaryKernel KERNEL = X86Kernel.withTables("tables");

  @Override
  public Tier tier() {
    return Tier.AVX2;
  }

  @Override
  public TernaryKernel kernel() {
    return KERNEL;
  }
}
