package dev.ternary.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Sentences in lines. */
final class Prose {

  private static final Pattern ESCAPE = Pattern.compile("\u001b\\[[0-9;]*m");

  private Prose() {}

  /**
   * The text in lines of at most {@code room} characters, each as far in as the first; between
   * words only, so that a path that is too long stays whole.
   */
  static List<String> lines(String text, int room) {
    List<String> lines = new ArrayList<>();
    for (String paragraph : text.split("\n", -1)) {
      if (width(paragraph) <= room) {
        lines.add(paragraph);
      } else {
        wrap(paragraph, room, lines);
      }
    }
    return lines;
  }

  private static void wrap(String text, int room, List<String> lines) {
    String indent = " ".repeat(text.length() - text.stripLeading().length());
    var line = new StringBuilder(indent);
    for (String word : text.stripLeading().split(" ", -1)) {
      boolean empty = line.length() == indent.length();
      if (!empty && width(line) + 1 + width(word) > room) {
        lines.add(line.toString().stripTrailing());
        line = new StringBuilder(indent);
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
    }
    lines.add(line.toString());
  }

  /** Characters that take room. */
  private static int width(CharSequence text) {
    return ESCAPE.matcher(text).replaceAll("").length();
  }
}
