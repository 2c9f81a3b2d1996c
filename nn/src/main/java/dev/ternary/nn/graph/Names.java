package dev.ternary.nn.graph;

import dev.ternary.formats.file.Text;

/** Names of values: they end up in files, in messages and in other formats. */
final class Names {

  private static final int LONGEST = 200;

  private Names() {}

  /** Whether a file can hold it: no half of a character, nothing that controls a terminal. */
  static boolean isText(String text) {
    return text.codePoints()
        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  static void check(String what, String name) {
    boolean printable = isText(name) && name.chars().allMatch(c -> c > ' ' && c != 127);
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
