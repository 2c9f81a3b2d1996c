package dev.ternary.kernels.x86;

import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;

/**
 * The code for AMX with its instructions emulated, on CPUs with AVX-512: everything but the
 * encoding of those instructions, which {@code AssemblerTest} checks, and what the silicon does.
 */
class EmulatedAmxKernelTest implements TierContract {

  private static Optional<TernaryKernel> kernel = Optional.empty();

  @BeforeAll
  static void makeKernel() {
    if (Tier.AVX512_VNNI.probe() instanceof Probe.Usable) {
      kernel =
          Optional.of(
              new X86Kernel(
                  "emulated-amx",
                  Functions.Isa.AVX512_VNNI,
                  Optional.of(new AmxFunctions(EmulatedTiles::new))));
    }
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
