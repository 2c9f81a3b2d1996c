package dev.ternary.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a user can do where the kernel that was chosen is far slower than others could be. It is the
 * one place in this module that knows artifacts of kernels, by name alone.
 */
final class KernelAdvice {

  private static final String MERGE = "; in a fat jar merge META-INF/services";

  private KernelAdvice() {}

  /**
   * Advice, where there is some to give.
   *
   * @param chosen name of the kernel that runs
   * @param candidates what each said, in the order of their ranks, the scalar kernel included
   * @param cpu the processor as {@code os.arch} names it
   */
  static Optional<String> of(String chosen, Map<String, Probe> candidates, String cpu) {
    boolean x86 = cpu.equals("amd64") || cpu.equals("x86_64");
    boolean hasX86 = candidates.keySet().stream().anyMatch(name -> name.startsWith("x86-"));
    if (!chosen.equals("scalar")) {
      return x86 && !hasX86
          ? Optional.of("but on this processor ternary-kernels-x86 is faster: add it" + MERGE)
          : Optional.empty();
    }
    List<String> lines = reasons(candidates);
    if (candidates.size() == 1) {
      lines.add(
          "no kernel modules found: add ternary-kernels-x86 and ternary-kernels-vector" + MERGE);
    } else if (x86 && !hasX86) {
      lines.add("add ternary-kernels-x86" + MERGE);
    }
    return Optional.of(
        "which is plain Java and tens of times slower than the others: "
            + String.join("; ", lines));
  }

  /** Each reason once, after the names of all that gave it. */
  private static List<String> reasons(Map<String, Probe> candidates) {
    Map<String, List<String>> names = new LinkedHashMap<>();
    candidates.forEach((name, probe) -> {
      if (probe instanceof Probe.Unusable(String reason)) {
        names.computeIfAbsent(reason, _ -> new ArrayList<>()).add(name);
      }
    });
    var lines = new ArrayList<String>();
    names.forEach((reason, of) -> lines.add("not " + String.join(", ", of) + ": " + reason));
    return lines;
  }
}
