package dev.ternary.kernels.x86;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.contract.KernelContract;
import org.junit.jupiter.api.BeforeEach;

/** The contract for one tier, where this machine has it. */
interface TierContract extends KernelContract {

  /** The tier under test. */
  Tier tier();

  /** Skips the tests where the machine lacks what the tier needs. */
  @BeforeEach
  default void needsTheTier() {
    if (tier().probe() instanceof Probe.Unusable(String reason)) {
      assumeTrue(false, tier().kernelName() + " cannot run here: " + reason);
    }
  }

  @Override
  default TernaryKernel kernel() {
    return switch (tier().probe()) {
      case Probe.Usable(TernaryKernel kernel) -> kernel;
      case Probe.Unusable(String reason) -> throw new AssertionError(reason);
    };
  }
}
