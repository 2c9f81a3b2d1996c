package dev.ternary.cli.train;

import dev.ternary.cli.terminal.Terminal;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Groups the trainings. */
@Command(
    name = "train",
    description = "Trains networks with weights -1, 0 and +1 in PyTorch.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class TrainCommand implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  private TrainCommand() {}

  /** The command with its subcommands, which report to {@code terminal}. */
  public static CommandLine line(Terminal terminal) {
    return new CommandLine(new TrainCommand())
        .addSubcommand(line(new MlpCommand(terminal), MlpCommand.DEFAULTS))
        .addSubcommand(line(new CnnCommand(terminal), CnnCommand.DEFAULTS))
        .addSubcommand(line(new CifarCommand(terminal), CifarCommand.DEFAULTS));
  }

  private static CommandLine line(Object command, Map<String, String> defaults) {
    return new CommandLine(command).setDefaultValueProvider(new Defaults(defaults));
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return spec.exitCodeOnInvalidInput();
  }
}
