package dev.ternary.cli.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refuses values of options.
 *
 * @param spec the command that they were given to
 */
public record Usage(CommandSpec spec) {

  /** Wrong usage. */
  public ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Refuses a value below {@code least}. */
  public void requireAtLeast(int least, String option, int value) {
    if (value < least) {
      throw wrong(option + " must be " + least + " or more, got " + value);
    }
  }

  /** Refuses values of which one is below {@code least}. */
  public void requireAtLeast(int least, String option, List<Integer> values) {
    values.forEach(value -> requireAtLeast(least, option, value));
  }
}
