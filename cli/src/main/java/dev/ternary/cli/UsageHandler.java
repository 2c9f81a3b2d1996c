package dev.ternary.cli;

import dev.ternary.cli.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with the arguments and where to read on, without the whole help text. */
final class UsageHandler implements IParameterExceptionHandler {

  private final Terminal terminal;

  UsageHandler(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    terminal.error(
        e instanceof UnmatchedArgumentException unmatched
            ? Suggestions.of(unmatched)
            : String.valueOf(e.getMessage()));
    terminal.note("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
    return line.getCommandSpec().exitCodeOnInvalidInput();
  }
}
