package dev.ternary.cli.train;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refuses values of options.
 *
 * @param spec the command that they were given to
 */
record Usage(CommandSpec spec) {

  /** Wrong usage. */
  ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  void requireAtLeast(int least, String option, int value) {
    if (value < least) {
      throw wrong(option + " must be " + least + " or more, got " + value);
    }
  }
}
