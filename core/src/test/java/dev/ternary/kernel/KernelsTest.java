package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.kernel.Kernels.Candidate;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelsTest {

  private static final TernaryKernel SCALAR = new ScalarKernel();
  private static final List<Candidate> NO_VECTORS =
      List.of(
          new Candidate(
              "vector", new Probe.Unusable("start java with --add-modules jdk.incubator.vector")),
          new Candidate("scalar", new Probe.Usable(SCALAR)));

  /** What it logs is tested in the vector module, where a JVM without the incubator is started. */
  @Test
  void autoFallsBack() {
    assertThat(Kernels.choose("auto", NO_VECTORS)).isSameAs(SCALAR);
  }

  @Test
  void autoTakesTheFirstThatCanRun() {
    var fast = new Candidate("fast", new Probe.Usable(new ScalarKernel()));
    var chosen = Kernels.choose("auto", List.of(fast, NO_VECTORS.getLast()));
    assertThat(chosen).isNotSameAs(SCALAR);
  }

  @Test
  void aNameSkipsFasterKernels() {
    var fast = new Candidate("fast", new Probe.Usable(new ScalarKernel()));
    assertThat(Kernels.choose("scalar", List.of(fast, NO_VECTORS.getLast()))).isSameAs(SCALAR);
  }

  @Test
  void aNamedKernelNeverFallsBack() {
    assertThatThrownBy(() -> Kernels.choose("vector", NO_VECTORS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "kernel 'vector' cannot run here: start java with --add-modules jdk.incubator.vector");
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertThatThrownBy(() -> Kernels.choose("avx9", NO_VECTORS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no kernel 'avx9'; known: auto, vector, scalar");
  }

  @Test
  void scalarIsAlwaysThere() {
    assertThat(Kernels.probeAll().getLast().name()).isEqualTo("scalar");
    assertThat(Kernels.probeAll().getLast().probe()).isInstanceOf(Probe.Usable.class);
    assertThat(Kernels.scalar().name()).isEqualTo("scalar");
  }
}
