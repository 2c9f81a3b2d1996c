package dev.ternary.nn.graph;

import dev.ternary.formats.file.Text;

/** Names of values: they end up in files, in messages and in other formats. */
final class Names {

  private static final int LONGEST = 200;

  private Names() {}

  static void check(String what, String name) {
    boolean printable = name.chars().allMatch(c -> c > ' ' && c != 127);
    if (name.isEmpty() || name.length() > LONGEST || !printable) {
      throw new IllegalArgumentException(
          "the name of a "
              + what
              + " must have 1 to "
              + LONGEST
              + " characters without spaces, got "
              + Text.quote(name));
    }
  }
}
