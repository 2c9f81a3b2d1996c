package dev.ternary.cli.command;

import java.util.List;

/**
 * A module that brings commands and need not be there.
 *
 * @param artifact its Maven artifact
 * @param distOption the option of {@code scripts/dist.sh} that puts it into the zip
 * @param commands names of the commands that it brings
 * @param benchmarks names of the subcommands of {@code bench} that it brings
 * @param checks names of what it lets {@code doctor} check
 */
record Part(
    String artifact,
    String distOption,
    List<String> commands,
    List<String> benchmarks,
    List<String> checks) {

  /** All that there are. */
  static final List<Part> ALL =
      List.of(
          new Part(
              "ternary-cli-pytorch",
              "--pytorch",
              List.of("quickstart", "train"),
              List.of("pytorch"),
              List.of("PyTorch")));

  Part {
    commands = List.copyOf(commands);
    benchmarks = List.copyOf(benchmarks);
    checks = List.copyOf(checks);
  }
}
