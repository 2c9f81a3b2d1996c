package dev.ternary.cli;

import dev.ternary.cli.terminal.Terminal;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
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
        switch (e) {
          case UnmatchedArgumentException unmatched -> Suggestions.of(unmatched);
          case MissingParameterException missing when !missing.getMissing().isEmpty() ->
              missing(line, missing);
          default -> String.valueOf(e.getMessage());
        });
    terminal.note("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
    return line.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static String missing(CommandLine line, MissingParameterException e) {
    return line.getCommandSpec().qualifiedName()
        + " needs "
        + e.getMissing().stream()
            .map(arg ->
                arg instanceof OptionSpec option
                    ? option.longestName() + " " + option.paramLabel()
                    : arg.paramLabel())
            .collect(Collectors.joining(" and "));
  }
}
