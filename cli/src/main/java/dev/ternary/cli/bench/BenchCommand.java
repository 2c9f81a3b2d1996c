package dev.ternary.cli.bench;

import dev.ternary.cli.command.Commands;
import dev.ternary.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Groups the benchmarks. */
@Command(
    name = "bench",
    description = "Measures how fast this machine is.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class BenchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  private BenchCommand() {}

  /** The command with its subcommands and those found, which report to {@code terminal}. */
  public static CommandLine line(Terminal terminal, Commands found) {
    CommandLine line =
        new CommandLine(new BenchCommand())
            .addSubcommand(new KernelsBench(terminal))
            .addSubcommand(new ArraysBench(terminal));
    found.benchmarks(terminal).forEach(line::addSubcommand);
    return line;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return spec.exitCodeOnInvalidInput();
  }
}
