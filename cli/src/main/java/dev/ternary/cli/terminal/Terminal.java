package dev.ternary.cli.terminal;

import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * The two streams of a command: results go to {@code out}, notes and progress to {@code err}.
 * Colours and moving bars only where a person looks.
 */
public final class Terminal {

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean interactive;
  private final boolean coloured;

  /**
   * A terminal over two writers.
   *
   * @param interactive whether a person sees {@code err}
   */
  public Terminal(PrintWriter out, PrintWriter err, boolean interactive) {
    this(out, err, interactive, interactive);
  }

  private Terminal(PrintWriter out, PrintWriter err, boolean interactive, boolean coloured) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.coloured = coloured;
  }

  /**
   * The streams of this process. {@code ./ternary} says in two system properties whether they are
   * terminals; without them the console is asked. {@code NO_COLOR} switches colours off.
   */
  public static Terminal ofProcess(PrintWriter out, PrintWriter err) {
    boolean bars = isTerminal("err") && !"dumb".equals(System.getenv("TERM"));
    boolean colours = bars && isTerminal("out") && System.getenv("NO_COLOR") == null;
    return new Terminal(out, err, bars, colours);
  }

  private static boolean isTerminal(String stream) {
    Optional<String> told = Optional.ofNullable(System.getProperty("ternary.terminal." + stream));
    return told.map(Boolean::parseBoolean)
        .orElseGet(
            () -> Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false));
  }

  /** Whether a person watches bars move. */
  public boolean interactive() {
    return interactive;
  }

  /** Writes a line of the result. */
  public void line(String text) {
    // Escapes are those of bold(); names with others come through tables and fields.
    out.println(Table.printable(text, "\n\t\u001b"));
    out.flush();
  }

  /** Writes a named text that comes from a file. */
  public void field(String name, String text) {
    line(Table.printable(name) + ": " + Table.printable(text));
  }

  /** Writes a table of the result. */
  public void table(List<String> header, List<List<String>> rows) {
    for (String line : new Table(header, rows).lines()) {
      line(line);
    }
  }

  /** Writes a note for the person, beside the result. */
  public void note(String text) {
    print("", text);
  }

  /** Text may come from files, so that only the escapes of a style are ours. */
  private void print(String style, String text) {
    String plain = Table.printable(text, "\n\t");
    err.println(style.isEmpty() ? plain : style + plain + "\u001b[0m");
    err.flush();
  }

  /** Writes a note in yellow. */
  public void warn(String text) {
    print(coloured ? "\u001b[33m" : "", text);
  }

  /** Writes what went wrong, in red. */
  public void error(String text) {
    print(coloured ? "\u001b[31m" : "", "ternary: " + text);
  }

  /** Text in bold. */
  public String bold(String text) {
    return coloured ? "\u001b[1m" + text + "\u001b[0m" : text;
  }

  /** A bar for work of {@code total} steps. */
  public ProgressBar progress(String what, long total) {
    return new ProgressBar(this, what, total);
  }

  /** Overwrites the current line of {@code err}. */
  void redraw(String text) {
    err.print("\r" + text + "\u001b[K");
    err.flush();
  }
}
