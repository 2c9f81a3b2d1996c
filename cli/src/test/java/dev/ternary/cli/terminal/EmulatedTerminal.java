package dev.ternary.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** What a terminal of so many columns shows: lines that are too long go on in the next one. */
final class EmulatedTerminal {

  private final int columns;
  private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
  private int column;

  EmulatedTerminal(int columns) {
    this.columns = columns;
  }

  void write(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\u001b[K", i)) {
        lines.getLast().setLength(Math.min(column, lines.getLast().length()));
        i += 2;
      } else {
        write(text.charAt(i));
      }
    }
  }

  private void write(char c) {
    switch (c) {
      case '\r' -> column = 0;
      case '\n' -> newLine();
      default -> {
        if (column == columns) {
          newLine();
        }
        StringBuilder line = lines.getLast();
        if (column < line.length()) {
          line.setCharAt(column, c);
        } else {
          line.append(c);
        }
        column++;
      }
    }
  }

  private void newLine() {
    lines.add(new StringBuilder());
    column = 0;
  }

  List<String> lines() {
    return lines.stream().map(StringBuilder::toString).toList();
  }
}
