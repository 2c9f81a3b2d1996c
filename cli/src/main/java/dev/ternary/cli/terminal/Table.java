package dev.ternary.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
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
      Pattern.compile("[-+]?[0-9][0-9., ]*(%|x|[kMGT]?B|[mun\u00b5]?s)?");

  /** Columns of words are not made narrower than this. */
  private static final int LEAST_WORDS = 12;

  private static final String GAP = "  ";

  /** Copies the lists. */
  public Table {
    header = List.copyOf(header);
    rows = rows.stream().map(row -> row.stream().map(Table::printable).toList()).toList();
  }

  /**
   * Names from files may hold anything; what moves the cursor or turns the direction of writing
   * must not reach the terminal.
   */
  public static String printable(String text) {
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
    return lines(Integer.MAX_VALUE);
  }

  /**
   * The lines in at most {@code room} characters: cells of words and names of columns go on in the
   * next line where they must, and then the last columns are left out.
   */
  public List<String> lines(int room) {
    int shown = header.size();
    int[] widths = widths(shown, room);
    while (shown > 1 && total(widths) > room) {
      shown--;
      widths = widths(shown, room);
    }
    var lines = new ArrayList<String>();
    add(lines, header, widths);
    var rule = new ArrayList<String>();
    for (int width : widths) {
      rule.add("-".repeat(width));
    }
    lines.add(String.join(GAP, rule));
    for (List<String> row : rows) {
      add(lines, row, widths);
    }
    if (shown < header.size()) {
      String left = "left out: " + String.join(", ", header.subList(shown, header.size()));
      lines.addAll(wrap(left, Math.max(1, room)));
    }
    return lines;
  }

  private boolean numbers(int column) {
    return !rows.isEmpty()
        && rows.stream()
            .map(row -> row.get(column))
            .allMatch(cell -> cell.isEmpty() || NUMBER.matcher(cell).matches());
  }

  private int widest(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  /** The widths of the first columns, narrower than their texts where the room asks for it. */
  private int[] widths(int shown, int room) {
    int[] widths = new int[shown];
    int[] least = new int[shown];
    for (int c = 0; c < shown; c++) {
      widths[c] = Math.max(header.get(c).length(), widest(c));
      int word =
          Arrays.stream(header.get(c).split(" ", -1)).mapToInt(String::length).max().orElse(0);
      least[c] =
          numbers(c) ? Math.max(word, widest(c)) : Math.min(widths[c], Math.max(word, LEAST_WORDS));
    }
    // The widest column that can gives way first.
    for (int over = total(widths) - room; over > 0; over--) {
      int giving = -1;
      for (int c = 0; c < shown; c++) {
        if (widths[c] > least[c] && (giving < 0 || widths[c] > widths[giving])) {
          giving = c;
        }
      }
      if (giving < 0) {
        break;
      }
      widths[giving]--;
    }
    return widths;
  }

  private static int total(int[] widths) {
    return Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1);
  }

  private void add(List<String> lines, List<String> cells, int[] widths) {
    List<List<String>> wrapped = new ArrayList<>();
    int height = 1;
    for (int c = 0; c < widths.length; c++) {
      wrapped.add(wrap(cells.get(c), Math.max(1, widths[c])));
      height = Math.max(height, wrapped.get(c).size());
    }
    for (int i = 0; i < height; i++) {
      var line = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        String cell = i < wrapped.get(c).size() ? wrapped.get(c).get(i) : "";
        String space = " ".repeat(widths[c] - cell.length());
        line.append(c == 0 ? "" : GAP).append(numbers(c) ? space + cell : cell + space);
      }
      lines.add(line.toString().stripTrailing());
    }
  }

  /** The text in lines of at most so many characters, between words where that is possible. */
  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    String left = text;
    while (left.length() > width) {
      int space = left.lastIndexOf(' ', width);
      int end = space > 0 ? space : width;
      lines.add(left.substring(0, end).stripTrailing());
      left = left.substring(end).stripLeading();
    }
    lines.add(left);
    return lines;
  }
}
