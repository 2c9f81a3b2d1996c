package dev.ternary.cli.command;

import java.util.List;

/**
 * A module that brings commands and need not be there.
 *
 * @param artifact its Maven artifact
 * @param commands names of the commands that it brings
 * @param benchmarks names of the subcommands of {@code bench} that it brings
 * @param checks names of what it lets {@code doctor} check
 */
record Part(String artifact, List<String> commands, List<String> benchmarks, List<String> checks) {

  /** All that there are. */
  static final List<Part> ALL =
      List.of(
          new Part(
              "ternary-cli-pytorch",
              List.of("quickstart", "train"),
              List.of("pytorch", "models"),
              List.of("PyTorch")));

  Part {
    commands = List.copyOf(commands);
    benchmarks = List.copyOf(benchmarks);
    checks = List.copyOf(checks);
  }
}
