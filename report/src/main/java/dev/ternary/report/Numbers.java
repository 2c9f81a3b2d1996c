package dev.ternary.report;

import java.util.Locale;

/** Numbers as people read them. */
public final class Numbers {

  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

  private Numbers() {}

  /** A size in the largest unit that leaves at least 1, such as {@code 1.34 MB}; 1 kB is 1000 B. */
  public static String bytes(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1000 && unit < UNITS.length - 1) {
      size /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + " B" : fixed(size, size < 10 ? 2 : 1) + " " + UNITS[unit];
  }

  /** A share from 0 to 1 as per cent, such as {@code 98.52 %}. */
  public static String percent(double share) {
    return fixed(100 * share, 2) + " %";
  }

  /** A number with a fixed count of decimals. */
  public static String fixed(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** A count with a thin gap between thousands, such as {@code 334 336}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value).replace(',', ' ');
  }

  /** How many of a thing: {@code 1 tensor}, {@code 2 tensors}. */
  public static String many(long number, String thing) {
    return count(number) + " " + thing + (number == 1 ? "" : "s");
  }
}
