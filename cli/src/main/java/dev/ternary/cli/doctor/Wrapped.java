package dev.ternary.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/** A name and a text beside it, in lines of a screen. */
final class Wrapped {

  /** Columns of a usual screen, of which no more are taken. */
  private static final int WIDTH = 80;

  private static final int INDENT = 9;

  private Wrapped() {}

  /** The lines for a screen of so many columns; words that are too long for one stand alone. */
  static List<String> lines(String name, String text, int columns) {
    int width = Math.min(WIDTH, columns);
    var lines = new ArrayList<String>();
    var line = new StringBuilder(name + " ".repeat(Math.max(1, INDENT - name.length())));
    boolean empty = true;
    for (String word : text.split(" ", -1)) {
      if (!empty && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line = new StringBuilder(" ".repeat(INDENT));
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    lines.add(line.toString());
    return lines;
  }

  /** A text that fits in so many columns; what is too long ends in dots. */
  static String cut(String text, int columns) {
    return text.length() <= columns ? text : text.substring(0, columns - 3) + "...";
  }
}
