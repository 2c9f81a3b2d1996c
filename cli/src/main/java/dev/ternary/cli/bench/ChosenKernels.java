package dev.ternary.cli.bench;

import dev.ternary.cli.command.Usage;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import java.util.ArrayList;
import java.util.List;

/**
 * Kernels by the names that {@code ternary doctor} prints.
 *
 * @param names empty for all
 */
public record ChosenKernels(List<String> names) {

  public ChosenKernels {
    names = List.copyOf(names);
  }

  /** Refuses names that nobody has. */
  public void check(Usage usage) {
    List<String> known = Kernels.probeAll().stream().map(Kernels.Candidate::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw usage.wrong(
            "--kernels: no kernel '" + name + "'; known: " + String.join(", ", known));
      }
    }
  }

  /**
   * Those that can run here; a note says of others why not.
   *
   * @throws IllegalArgumentException if none of them can
   */
  public List<TernaryKernel> usable(Terminal terminal) {
    var usable = new ArrayList<TernaryKernel>();
    for (Kernels.Candidate candidate : Kernels.probeAll()) {
      boolean wanted = names.isEmpty() || names.contains(candidate.name());
      switch (candidate.probe()) {
        case Probe.Usable(TernaryKernel kernel) when wanted -> usable.add(kernel);
        case Probe.Unusable(String reason) when wanted ->
            terminal.note(candidate.name() + " cannot run here: " + reason);
        case Probe.Usable _, Probe.Unusable _ -> {}
      }
    }
    if (usable.isEmpty()) {
      throw new IllegalArgumentException(
          "none of the kernels " + String.join(", ", names) + " can run here");
    }
    return usable;
  }
}
