package dev.ternary.cli.pytorch;

import dev.ternary.cli.command.Check;
import dev.ternary.cli.command.CommandSource;
import dev.ternary.cli.command.NetworkSource;
import dev.ternary.cli.pytorch.models.ModelsBench;
import dev.ternary.cli.quickstart.QuickstartCommand;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.cli.train.TrainCommand;
import java.util.List;
import picocli.CommandLine;

/** The commands that train or run networks in PyTorch. */
public final class PyTorchCommands implements CommandSource {

  /** For {@link java.util.ServiceLoader}. */
  public PyTorchCommands() {}

  @Override
  public List<CommandLine> commands(Terminal terminal) {
    return List.of(new CommandLine(new QuickstartCommand(terminal)), TrainCommand.line(terminal));
  }

  @Override
  public List<CommandLine> benchmarks(Terminal terminal) {
    return List.of(
        new CommandLine(new PyTorchBench(terminal)), new CommandLine(new ModelsBench(terminal)));
  }

  @Override
  public List<NetworkSource> networks() {
    return List.of(new TorchScriptSource());
  }

  @Override
  public List<Check> checks() {
    return List.of(new Check("PyTorch", PyTorchCheck.describe()));
  }
}
