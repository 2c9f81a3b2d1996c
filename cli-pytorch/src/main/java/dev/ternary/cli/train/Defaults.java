package dev.ternary.cli.train;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Default values of options that several commands share, but not with the same values.
 *
 * @param values by the longest name of the option
 */
record Defaults(Map<String, String> values) implements IDefaultValueProvider {

  Defaults {
    values = Map.copyOf(values);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option ? values.get(option.longestName()) : null;
  }
}
