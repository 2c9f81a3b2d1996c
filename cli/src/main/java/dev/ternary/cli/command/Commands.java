package dev.ternary.cli.command;

import dev.ternary.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine;

/** The commands of all modules that are there, and what stands in place of those that are not. */
public final class Commands {

  /** What the scripts of the zip set. */
  private static final String FROM_ZIP = "ternary.zip";

  private final List<CommandSource> sources = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  private Commands() {}

  /** Finds the sources that are beside this class. */
  public static Commands find() {
    return of(ServiceLoader.load(CommandSource.class, Commands.class.getClassLoader()));
  }

  // Visible for testing.
  static Commands of(Iterable<CommandSource> found) {
    var commands = new Commands();
    Iterator<CommandSource> each = found.iterator();
    boolean more = true;
    while (more) {
      try {
        more = each.hasNext();
        if (more) {
          commands.sources.add(each.next());
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        commands.failures.add(e.toString());
      }
    }
    return commands;
  }

  /** All commands of the sources; those of a missing part say what to add. */
  public List<CommandLine> commands(Terminal terminal) {
    return all(
        source -> source.commands(terminal),
        CommandLine::getCommandName,
        Part::commands,
        (name, reason) -> MissingCommand.line(name, name + " " + reason));
  }

  /** All subcommands of {@code bench} of the sources; those of a missing part say what to add. */
  public List<CommandLine> benchmarks(Terminal terminal) {
    return all(
        source -> source.benchmarks(terminal),
        CommandLine::getCommandName,
        Part::benchmarks,
        (name, reason) -> MissingCommand.line(name, "bench " + name + " " + reason));
  }

  /** What each source says of the libraries that it needs, and which parts are missing. */
  public List<Check> checks() {
    return all(CommandSource::checks, Check::name, Part::checks, Check::new);
  }

  private <T> List<T> all(
      Function<CommandSource, List<T>> offered,
      Function<T, String> name,
      Function<Part, List<String>> expected,
      BiFunction<String, String, T> missing) {
    var all = new ArrayList<T>();
    for (CommandSource source : sources) {
      try {
        all.addAll(offered.apply(source));
      } catch (LinkageError e) {
        failures.add(e.toString());
      }
    }
    List<String> there = all.stream().map(name).toList();
    for (Part part : Part.ALL) {
      for (String each : expected.apply(part)) {
        if (!there.contains(each)) {
          all.add(missing.apply(each, reason(part)));
        }
      }
    }
    return all;
  }

  private String reason(Part part) {
    String where = "needs " + part.artifact() + ", which is ";
    String add =
        System.getProperty(FROM_ZIP) == null
            ? "add dev.ternary:" + part.artifact() + " to the class path"
            : "a zip with it is made from the sources: scripts/dist.sh " + part.distOption();
    return failures.isEmpty()
        ? where + "not there; " + add
        : where + "not there or does not load: " + String.join("; ", failures);
  }
}
