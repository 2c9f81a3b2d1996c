package dev.ternary.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Text in columns. Columns of numbers are aligned right.
 *
 * @param header names of the columns
 * @param rows cells, as many in each row as in the header
 */
public record Table(List<String> header, List<List<String>> rows) {

  /** A number, with a unit or not. */
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?[0-9][0-9., ]*(%|x|[kMGT]?B|[mun]?s)?");

  /** Copies the lists. */
  public Table {
    header = List.copyOf(header);
    rows = rows.stream().map(row -> row.stream().map(Table::printable).toList()).toList();
  }

  /**
   * Names from files may hold anything; what moves the cursor or turns the direction of writing
   * must not reach the terminal.
   */
  static String printable(String text) {
    return printable(text, "");
  }

  /** The same but for some characters. */
  static String printable(String text, String allowed) {
    if (text.codePoints().allMatch(c -> isPrintable(c) || allowed.indexOf(c) >= 0)) {
      return text;
    }
    var printable = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> printable.appendCodePoint(isPrintable(c) || allowed.indexOf(c) >= 0 ? c : '?'));
    return printable.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The lines, with a rule under the header. */
  public List<String> lines() {
    int columns = header.size();
    int[] width = new int[columns];
    boolean[] right = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      width[c] = header.get(c).length();
      right[c] = !rows.isEmpty();
      for (List<String> row : rows) {
        width[c] = Math.max(width[c], row.get(c).length());
        right[c] &= row.get(c).isEmpty() || NUMBER.matcher(row.get(c)).matches();
      }
    }
    var lines = new ArrayList<String>();
    lines.add(line(header, width, right));
    var rule = new StringBuilder();
    for (int c = 0; c < columns; c++) {
      rule.append(c == 0 ? "" : "  ").append("-".repeat(width[c]));
    }
    lines.add(rule.toString());
    for (List<String> row : rows) {
      lines.add(line(row, width, right));
    }
    return lines;
  }

  private static String line(List<String> cells, int[] width, boolean[] right) {
    var line = new StringBuilder();
    for (int c = 0; c < cells.size(); c++) {
      String space = " ".repeat(width[c] - cells.get(c).length());
      line.append(c == 0 ? "" : "  ");
      line.append(right[c] ? space + cells.get(c) : cells.get(c) + space);
    }
    return line.toString().stripTrailing();
  }
}
