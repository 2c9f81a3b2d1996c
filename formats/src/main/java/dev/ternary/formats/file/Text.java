package dev.ternary.formats.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

  /**
   * The name that was probably meant: the nearest, where no more than a third of its letters are
   * wrong; two that changed places are one.
   */
  public static Optional<String> nearest(String wanted, Collection<String> names) {
    String start = cut(wanted);
    return names.stream()
        .filter(name -> 3 * distance(start, cut(name)) <= Math.max(4, name.length()))
        .min(Comparator.comparingInt(name -> distance(start, cut(name))));
  }

  /** What an exception says, or its kind where it says nothing. */
  public static String message(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static String cut(String name) {
    return name.substring(0, Math.min(name.length(), LONGEST)).toLowerCase(Locale.ROOT);
  }

  /** Edits that turn one string into the other: letters put in, left out, other or swapped. */
  private static int distance(String a, String b) {
    int[][] rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        rows[i][j] = i == 0 || j == 0 ? i + j : edits(rows, a, b, i, j);
      }
    }
    return rows[a.length()][b.length()];
  }

  private static int edits(int[][] rows, String a, String b, int i, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int least =
        Math.min(rows[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
  }
}
