package dev.ternary.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Kernels.Candidate;
import dev.ternary.kernel.Probe;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdviceTest {

  private static Candidate usable(String name) {
    return new Candidate(name, new Probe.Usable(Kernels.scalar()));
  }

  private static Candidate unusable(String name, String reason) {
    return new Candidate(name, new Probe.Unusable(reason));
  }

  private static List<String> advice(Candidate... candidates) {
    return Advice.of(List.of(candidates), "amd64", "auto", List.of());
  }

  @Test
  void missingModulesAreNamedForTheMachine() {
    assertThat(advice(usable("scalar")))
        .containsExactly(
            "Add to the class path: dev.ternary:ternary-kernels-x86,"
                + " dev.ternary:ternary-kernels-vector. In a fat jar, merge the files in"
                + " META-INF/services.");
    assertThat(Advice.of(List.of(usable("scalar")), "aarch64", "auto", List.of()))
        .singleElement()
        .asString()
        .contains("ternary-kernels-vector")
        .doesNotContain("x86");
  }

  @Test
  void missingFlagsAreOneLine() {
    assertThat(
            advice(
                unusable(
                    "x86-avx2",
                    "native access is denied; start java with --enable-native-access=ALL-UNNAMED,"
                        + " or =..."),
                unusable("vector", "start java with --add-modules jdk.incubator.vector"),
                usable("scalar")))
        .containsExactly(
            "Start Java with --enable-native-access=ALL-UNNAMED --add-modules"
                + " jdk.incubator.vector.");
  }

  @Test
  void theNextBetterKernelNamesItsCpu() {
    assertThat(
            advice(
                unusable("x86-amx", "the CPU or system lacks [AMX_TILE]"),
                unusable("x86-avx512-vnni", "the CPU or system lacks [AVX512F]"),
                usable("x86-avx2"),
                usable("vector"),
                usable("scalar")))
        .singleElement()
        .asString()
        .startsWith("Faster still is x86-avx512-vnni, which needs a CPU with AVX-512 VNNI");
    assertThat(advice(usable("x86-amx"), usable("vector"), usable("scalar")))
        .containsExactly("Nothing: this is the fastest kernel that there is.");
  }

  @Test
  void whatSlowsJavaDownIsNamed() {
    List<Candidate> all = List.of(usable("x86-amx"), usable("vector"), usable("scalar"));
    assertThat(Advice.of(all, "amd64", "scalar", List.of("-Xint", "-Xmx1g")))
        .hasSize(2)
        .anyMatch(line -> line.contains("-Dternary.kernel=scalar is set"))
        .anyMatch(line -> line.contains("Leave out -Xint"));
  }

  @Test
  void longTextsGoOnBelowTheirBeginning() {
    assertThat(Wrapped.lines("To do", "word ".repeat(20).strip(), 200))
        .hasSize(2)
        .allMatch(line -> line.length() <= 80)
        .first()
        .asString()
        .startsWith("To do    word word");
    assertThat(Wrapped.cut("abcdefgh", 6)).isEqualTo("abc...");
  }
}
