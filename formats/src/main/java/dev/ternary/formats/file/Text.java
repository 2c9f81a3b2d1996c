package dev.ternary.formats.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Text from files as it may stand in a message. */
public final class Text {

  private static final int LONGEST = 120;
  private static final int NEAR = 3;

  private Text() {}

  /** The text in single quotes on one line: control characters escaped, the middle cut if long. */
  public static String quote(String text) {
    var quoted = new StringBuilder("'");
    text.codePoints().limit(LONGEST).forEach(c -> append(quoted, c));
    if (text.codePointCount(0, text.length()) > LONGEST) {
      quoted.append("...");
    }
    return quoted.append("'").toString();
  }

  private static void append(StringBuilder to, int c) {
    int type = Character.getType(c);
    if (Character.isISOControl(c)
        || type == Character.SURROGATE
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR) {
      String hex = Integer.toHexString(c);
      to.append("\\u").repeat("0", Math.max(0, 4 - hex.length())).append(hex);
    } else {
      to.appendCodePoint(c);
    }
  }

  /**
   * The few names that are most like {@code wanted}, quoted and joined; "none" if there is none.
   */
  public static String near(String wanted, Collection<String> names) {
    String start = cut(wanted);
    List<String> nearest =
        names.stream()
            .sorted(Comparator.comparingInt(name -> distance(start, cut(name))))
            .limit(NEAR)
            .toList();
    return nearest.isEmpty()
        ? "none"
        : nearest.stream().map(Text::quote).collect(Collectors.joining(", "));
  }

  /** What an exception says, or its kind where it says nothing. */
  public static String message(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static String cut(String name) {
    return name.substring(0, Math.min(name.length(), LONGEST)).toLowerCase(Locale.ROOT);
  }

  /** Edits that turn one string into the other (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
