package dev.ternary.cli.terminal;

import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The two streams of a command: results go to {@code out}, notes and progress to {@code err}.
 * Colours and moving bars only where a person looks.
 */
public final class Terminal {

  /** Where nobody says how wide a terminal is. */
  private static final int USUAL_COLUMNS = 80;

  /** A terminal that says it is narrower is not believed. */
  private static final int LEAST_COLUMNS = 20;

  private static final Pattern COLUMNS = Pattern.compile("[1-9][0-9]{0,4}");

  private final PrintWriter out;
  private final Screen screen;
  private final boolean coloured;
  private final int tableColumns;

  /**
   * A terminal over two writers.
   *
   * @param interactive whether a person sees {@code err}
   */
  public Terminal(PrintWriter out, PrintWriter err, boolean interactive) {
    this(out, new Screen(err, interactive, Integer.MAX_VALUE), interactive, Integer.MAX_VALUE);
  }

  private Terminal(PrintWriter out, Screen screen, boolean coloured, int tableColumns) {
    this.out = out;
    this.screen = screen;
    this.coloured = coloured;
    this.tableColumns = tableColumns;
  }

  /** The same terminal with lines of so many characters. */
  public Terminal withColumns(int columns) {
    int least = Math.max(LEAST_COLUMNS, columns);
    return new Terminal(
        out, new Screen(screen.err(), screen.interactive(), least), coloured, least);
  }

  /**
   * The streams of this process. {@code ./ternary} says in system properties whether they are
   * terminals and how wide; without them the console is asked. {@code COLUMNS} in the environment
   * bounds lines wherever they go; {@code NO_COLOR} switches colours off.
   */
  public static Terminal ofProcess(PrintWriter out, PrintWriter err) {
    boolean bars = isTerminal("err") && !"dumb".equals(System.getenv("TERM"));
    boolean tables = isTerminal("out");
    boolean colours = bars && tables && System.getenv("NO_COLOR") == null;
    String asked = System.getenv().getOrDefault("COLUMNS", "");
    int columns = columns(List.of(asked, System.getProperty("ternary.terminal.columns", "")));
    int elsewhere = COLUMNS.matcher(asked).matches() ? columns : Integer.MAX_VALUE;
    return new Terminal(
        out,
        new Screen(err, bars, bars ? columns : elsewhere),
        colours,
        tables ? columns : elsewhere);
  }

  /** What the first of the texts says that is a number. */
  static int columns(List<String> texts) {
    return texts.stream()
        .filter(text -> COLUMNS.matcher(text).matches())
        .findFirst()
        .map(text -> Math.max(LEAST_COLUMNS, Integer.parseInt(text)))
        .orElse(USUAL_COLUMNS);
  }

  private static boolean isTerminal(String stream) {
    Optional<String> told = Optional.ofNullable(System.getProperty("ternary.terminal." + stream));
    return told.map(Boolean::parseBoolean)
        .orElseGet(
            () -> Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false));
  }

  /** Whether a person watches bars move. */
  public boolean interactive() {
    return screen.interactive();
  }

  /** Characters in a line of the result. */
  public int columns() {
    return tableColumns;
  }

  /** Writes a line of the result, which goes on in the next one between words. */
  public void line(String text) {
    Prose.lines(text, tableColumns).forEach(this::whole);
  }

  /** Writes a line as it is, however long. */
  private void whole(String text) {
    // Escapes are those of bold(); names with others come through tables and fields.
    out.println(Table.printable(text, "\n\t\u001b"));
    out.flush();
  }

  /** Writes a named text that comes from a file, on one line for whoever copies it. */
  public void field(String name, String text) {
    whole(Table.printable(name) + ": " + Table.printable(text));
  }

  /** Writes a table of the result. */
  public void table(List<String> header, List<List<String>> rows) {
    for (String line : new Table(header, rows).lines(tableColumns)) {
      line(line);
    }
  }

  /** Writes a note for the person, beside the result. */
  public void note(String text) {
    print("", text);
  }

  /** Text may come from files, so that only the escapes of a style are ours. */
  private void print(String style, String text) {
    String plain = String.join("\n", Prose.lines(Table.printable(text, "\n\t"), screen.columns()));
    screen.note(style.isEmpty() ? plain : style + plain + "\u001b[0m");
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
    return new ProgressBar(screen, what, total);
  }
}
