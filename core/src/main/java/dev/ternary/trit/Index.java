package dev.ternary.trit;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * One part of a selection, as between the commas of NumPy's {@code a[1:3, ::-1, 0]}. Negative
 * numbers count from the end. A range may reach beyond the ends and is cut there; a single position
 * may not.
 */
public sealed interface Index {

  /**
   * One position; the axis is dropped.
   *
   * @param position from 0, or from -1 backwards
   */
  record At(long position) implements Index {}

  /**
   * Positions from {@code start} up to but not {@code stop}.
   *
   * @param start first position; empty is the end that the step leads away from
   * @param stop position to stop before; empty is beyond the end that the step leads to
   * @param step distance of neighbours, not 0; negative goes backwards
   */
  record Range(OptionalLong start, OptionalLong stop, long step) implements Index {
    public Range {
      if (step == 0) {
        throw new IllegalArgumentException("the step of a range is 0");
      }
    }
  }

  /** A new axis of one element. */
  record NewAxis() implements Index {}

  /** As many whole axes as are left over. */
  record Ellipsis() implements Index {}

  /** Position {@code position}, dropping the axis. */
  static Index at(long position) {
    return new At(position);
  }

  /** The whole axis: {@code :}. */
  static Index all() {
    return new Range(OptionalLong.empty(), OptionalLong.empty(), 1);
  }

  /** {@code start:stop}. */
  static Index range(long start, long stop) {
    return range(start, stop, 1);
  }

  /** {@code start:stop:step}. */
  static Index range(long start, long stop, long step) {
    return new Range(OptionalLong.of(start), OptionalLong.of(stop), step);
  }

  /** {@code start:}. */
  static Index from(long start) {
    return new Range(OptionalLong.of(start), OptionalLong.empty(), 1);
  }

  /** {@code :stop}. */
  static Index to(long stop) {
    return new Range(OptionalLong.empty(), OptionalLong.of(stop), 1);
  }

  /** {@code ::step}. */
  static Index every(long step) {
    return new Range(OptionalLong.empty(), OptionalLong.empty(), step);
  }

  /** A new axis of one element: {@code None}. */
  static Index newAxis() {
    return new NewAxis();
  }

  /** All axes that no other part names: {@code ...}. */
  static Index ellipsis() {
    return new Ellipsis();
  }

  /**
   * Reads NumPy's notation, such as {@code "1:3, ::-1, ..., None, -1"}. A comma may follow the last
   * part, as in Python's {@code a[0,]}.
   *
   * @throws IllegalArgumentException if a part is none of these; the message has the part
   */
  static List<Index> parse(String text) {
    List<Index> parts = new ArrayList<>();
    int from = 0;
    while (from <= text.length()) {
      int comma = text.indexOf(',', from);
      int to = comma < 0 ? text.length() : comma;
      String part = text.substring(from, to).strip();
      boolean afterLastComma = comma < 0 && part.isEmpty() && !parts.isEmpty();
      if (!afterLastComma) {
        parts.add(part(part, text));
      }
      from = to + 1;
    }
    return parts;
  }

  private static Index part(String part, String text) {
    if (part.equals("...")) {
      return ellipsis();
    }
    if (part.equals("None")) {
      return newAxis();
    }
    int first = part.indexOf(':');
    if (first < 0) {
      return at(number(part, text));
    }
    int second = part.indexOf(':', first + 1);
    String stop = part.substring(first + 1, second < 0 ? part.length() : second).strip();
    String step = second < 0 ? "" : part.substring(second + 1).strip();
    return new Range(
        optional(part.substring(0, first).strip(), text),
        optional(stop, text),
        step.isEmpty() ? 1 : number(step, text));
  }

  private static OptionalLong optional(String number, String text) {
    return number.isEmpty() ? OptionalLong.empty() : OptionalLong.of(number(number, text));
  }

  private static long number(String number, String text) {
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'"
              + number
              + "' in index '"
              + text
              + "' is not a position, a range such as 1:3 or ::-1, ... or None",
          e);
    }
  }
}
