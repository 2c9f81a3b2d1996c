package dev.ternary.kernels.x86;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.spi.WeightLayouts;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The contract with five trits a byte for matrices of any size, as only large ones have it. */
class FiveTritKernelTest implements TierContract {

  private static Optional<TernaryKernel> kernel = Optional.empty();

  /** The kernel that takes five trits a byte wherever it can, where this machine has it. */
  static Optional<TernaryKernel> find() {
    return Tier.AVX512_VNNI.probe() instanceof Probe.Usable(TernaryKernel usable)
        ? ((WeightLayouts) usable)
            .layouts().stream().filter(layout -> layout.name().endsWith(" 1.6bit")).findFirst()
        : Optional.empty();
  }

  @BeforeAll
  static void findKernel() {
    kernel = find();
  }

  @BeforeEach
  void needsTheLayout() {
    assumeTrue(kernel.isPresent(), "AVX-512 VBMI is missing");
  }

  @Override
  public Tier tier() {
    return Tier.AVX512_VNNI;
  }

  @Override
  public TernaryKernel kernel() {
    return kernel.orElseThrow();
  }
}
