package dev.ternary.cli;

import dev.ternary.formats.file.Text;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What was meant by an argument that a command does not take. */
final class Suggestions {

  private Suggestions() {}

  /** A sentence on the first argument that is not taken, with what is most like it. */
  static String of(UnmatchedArgumentException e) {
    CommandLine line = e.getCommandLine();
    CommandSpec spec = line.getCommandSpec();
    String wrong = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
    String command = spec.qualifiedName();
    if (e.isUnknownOption()) {
      List<String> names = new ArrayList<>();
      spec.options().stream().map(OptionSpec::names).forEach(n -> names.addAll(List.of(n)));
      return command + " has no option " + Text.quote(wrong) + meant("", wrong, names);
    }
    boolean choosesCommand =
        !line.getSubcommands().isEmpty() && spec.positionalParameters().isEmpty();
    if (choosesCommand) {
      String group = spec.parent() == null ? "" : spec.name() + " ";
      return "there is no command "
          + Text.quote(group + wrong)
          + meant(group, wrong, List.copyOf(line.getSubcommands().keySet()));
    }
    return command + " takes no argument " + Text.quote(wrong) + after(line.getParseResult());
  }

  /** The argument before the wrong one, which may have a space in its name. */
  private static String after(ParseResult parsed) {
    List<String> before = new ArrayList<>();
    for (ArgSpec each : parsed.matchedArgs()) {
      if (each instanceof PositionalParamSpec) {
        before.addAll(each.stringValues());
      }
    }
    return before.isEmpty() ? "" : " after " + Text.quote(before.getLast());
  }

  private static String meant(String group, String wrong, List<String> names) {
    return Text.nearest(wrong, names).map(n -> "; did you mean '" + group + n + "'?").orElse("");
  }
}
