package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Kernels.Candidate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelAdviceTest {

  private static final Candidate SCALAR =
      new Candidate("scalar", new Probe.Usable(new ScalarKernel()));

  private static Candidate without(String name, String reason) {
    return new Candidate(name, new Probe.Unusable(reason));
  }

  private static Candidate with(String name) {
    return new Candidate(name, new Probe.Usable(new ScalarKernel()));
  }

  private static Map<String, Probe> probes(List<Candidate> candidates) {
    var probes = new LinkedHashMap<String, Probe>();
    candidates.forEach(candidate -> probes.put(candidate.name(), candidate.probe()));
    return probes;
  }

  @Test
  void saysWhatToAddWhereThereAreNoKernelModules() {
    for (String cpu : List.of("amd64", "aarch64")) {
      assertThat(KernelAdvice.of("scalar", probes(List.of(SCALAR)), cpu))
          .contains(
              "which is plain Java and tens of times slower than the others: no kernel modules"
                  + " found: add ternary-kernels-x86 and ternary-kernels-vector; in a fat jar merge"
                  + " META-INF/services");
    }
  }

  @Test
  void saysEachReasonOnce() {
    var candidates =
        List.of(
            without("x86-amx", "start java with --enable-native-access=ALL-UNNAMED"),
            without("x86-avx2", "start java with --enable-native-access=ALL-UNNAMED"),
            without("vector", "start java with --add-modules jdk.incubator.vector"),
            SCALAR);
    assertThat(KernelAdvice.of("scalar", probes(candidates), "amd64"))
        .contains(
            "which is plain Java and tens of times slower than the others: not x86-amx, x86-avx2:"
                + " start java with --enable-native-access=ALL-UNNAMED; not vector: start java with"
                + " --add-modules jdk.incubator.vector");
  }

  @Test
  void missesTheModuleForX86OnX86Alone() {
    var candidates = List.of(with("vector"), SCALAR);
    for (String cpu : List.of("amd64", "x86_64")) {
      assertThat(KernelAdvice.of("vector-256", probes(candidates), cpu))
          .contains(
              "but on this processor ternary-kernels-x86 is faster: add it; in a fat jar merge"
                  + " META-INF/services");
    }
    assertThat(KernelAdvice.of("vector-128", probes(candidates), "aarch64")).isEmpty();
  }

  @Test
  void isSilentWhereAFastKernelRuns() {
    var candidates = List.of(with("x86-avx2"), without("vector", "why not"), SCALAR);
    assertThat(KernelAdvice.of("x86-avx2", probes(candidates), "amd64")).isEmpty();
  }
}
