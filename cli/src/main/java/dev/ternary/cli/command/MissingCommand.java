package dev.ternary.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Stands where the command of a part that is not there would be, and says what to add. */
record MissingCommand(String reason) implements Callable<Integer> {

  /** The command under its name, which takes any arguments. */
  static CommandLine line(String name, String reason) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(new MissingCommand(reason)).name(name);
    spec.parser().unmatchedArgumentsAllowed(true).unmatchedOptionsArePositionalParams(true);
    spec.usageMessage().description("Not here: " + reason + ".");
    return new CommandLine(spec);
  }

  @Override
  public Integer call() {
    throw new IllegalStateException(reason);
  }
}
