package dev.ternary.cli.command;

import dev.ternary.cli.terminal.Terminal;
import java.util.List;
import picocli.CommandLine;

/**
 * The commands of one module. The {@code ternary} command finds sources with {@link
 * java.util.ServiceLoader}, as {@code Kernels} finds kernels; a module that is not there costs its
 * commands, nothing else.
 */
public interface CommandSource {

  /** Commands, with their subcommands, that report to {@code terminal}. */
  List<CommandLine> commands(Terminal terminal);

  /** Subcommands of {@code bench}. */
  default List<CommandLine> benchmarks(Terminal terminal) {
    return List.of();
  }

  /** What takes networks out of the files of a framework. */
  default List<NetworkSource> networks() {
    return List.of();
  }

  /** What {@code doctor} says of the libraries that the commands need; may load them. */
  default List<Check> checks() {
    return List.of();
  }
}
