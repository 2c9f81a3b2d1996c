package dev.ternary.cli.doctor;

import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Probe;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a user can do to have the fastest kernel that there is for a machine. */
final class Advice {

  private static final String X86 = "x86-";

  /** What CPU a kernel needs, for those who choose a machine. */
  private static final Map<String, String> CPUS =
      Map.of(
          "x86-amx",
              "AMX (Intel Xeon of 2023 or later; on virtual machines the host must pass it on)",
          "x86-avx512-vnni", "AVX-512 VNNI (Intel Xeon of 2019, AMD Zen 4, or later)",
          "x86-avx-vnni", "AVX-VNNI (Intel Core of 2021, AMD Zen 5, or later)",
          "x86-avx2", "AVX2 (Intel of 2013, AMD of 2015, or later)");

  private Advice() {}

  /**
   * What to do, the most useful first; one line that all is well if there is nothing.
   *
   * @param candidates what the kernels said, fastest first
   * @param architecture the JVM's name for the CPU, {@code os.arch}
   * @param wanted the kernel that was asked for, {@code auto} for none
   * @param flags options of the JVM
   */
  static List<String> of(
      List<Kernels.Candidate> candidates, String architecture, String wanted, List<String> flags) {
    var lines = new ArrayList<String>();
    Set<String> artifacts = missingArtifacts(candidates, architecture);
    if (!artifacts.isEmpty()) {
      lines.add(
          "Add to the class path: "
              + String.join(", ", artifacts)
              + ". In a fat jar, merge the files in META-INF/services.");
    }
    Set<String> options = new LinkedHashSet<>();
    for (Kernels.Candidate candidate : candidates) {
      if (candidate.probe() instanceof Probe.Unusable(String reason)) {
        option(reason).ifPresent(options::add);
      }
    }
    if (!options.isEmpty()) {
      lines.add("Start Java with " + String.join(" ", options) + ".");
    }
    if (!wanted.equals("auto")) {
      lines.add(
          "-D" + Kernels.PROPERTY + "=" + wanted + " is set: without it, the fastest is chosen.");
    }
    flags.stream()
        .filter(flag -> flag.equals("-Xint") || flag.startsWith("-XX:TieredStopAtLevel="))
        .forEach(flag -> lines.add("Leave out " + flag + ": it keeps Java from compiling well."));
    nextBetter(candidates).ifPresent(lines::add);
    if (lines.isEmpty()) {
      lines.add("Nothing: this is the fastest kernel that there is.");
    }
    return lines;
  }

  private static Set<String> missingArtifacts(
      List<Kernels.Candidate> candidates, String architecture) {
    Set<String> artifacts = new LinkedHashSet<>();
    boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
    if (x86 && candidates.stream().noneMatch(c -> c.name().startsWith(X86))) {
      artifacts.add("dev.ternary:ternary-kernels-x86");
    }
    if (candidates.stream().noneMatch(c -> c.name().startsWith("vector"))) {
      artifacts.add("dev.ternary:ternary-kernels-vector");
    }
    return artifacts;
  }

  /** The option of the JVM that a reason asks for. */
  private static Optional<String> option(String reason) {
    for (String option :
        List.of("--add-modules jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED")) {
      if (reason.contains(option)) {
        return Optional.of(option);
      }
    }
    return Optional.empty();
  }

  /** The slowest kernel that is faster than what runs, if only another CPU gives it. */
  private static Optional<String> nextBetter(List<Kernels.Candidate> candidates) {
    Optional<String> better = Optional.empty();
    for (Kernels.Candidate candidate : candidates) {
      if (candidate.probe() instanceof Probe.Usable) {
        break;
      }
      if (candidate.probe() instanceof Probe.Unusable(String reason)
          && option(reason).isEmpty()
          && CPUS.containsKey(candidate.name())) {
        better =
            Optional.of(
                "Faster still is "
                    + candidate.name()
                    + ", which needs a CPU with "
                    + CPUS.get(candidate.name())
                    + ".");
      }
    }
    return better;
  }
}
