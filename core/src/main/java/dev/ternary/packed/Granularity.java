package dev.ternary.packed;

/** Which weights of a matrix {@code [rows, cols]} share one scale. */
public sealed interface Granularity {

  /** One scale for the whole matrix. */
  record PerTensor() implements Granularity {
    @Override
    public String toString() {
      return "tensor";
    }
  }

  /** One scale a row, that is for each output channel. */
  record PerRow() implements Granularity {
    @Override
    public String toString() {
      return "row";
    }
  }

  /**
   * One scale for each {@code cols} neighbouring columns of a row; the last group of a row may be
   * shorter.
   *
   * @param cols columns in a group, at least 1
   */
  record PerGroup(int cols) implements Granularity {
    public PerGroup {
      if (cols < 1) {
        throw new IllegalArgumentException("a group needs at least 1 column, got " + cols);
      }
    }

    @Override
    public String toString() {
      return "group:" + cols;
    }
  }

  /** One scale for the whole matrix. */
  static Granularity tensor() {
    return new PerTensor();
  }

  /** One scale a row. */
  static Granularity row() {
    return new PerRow();
  }

  /** One scale for each {@code cols} neighbouring columns of a row. */
  static Granularity group(int cols) {
    return new PerGroup(cols);
  }

  /** Scales that lie side by side in one row of a matrix of {@code cols} columns. */
  default int groupsPerRow(int cols) {
    return switch (this) {
      case PerTensor() -> 1;
      case PerRow() -> 1;
      case PerGroup(int groupCols) -> Math.ceilDiv(cols, groupCols);
    };
  }

  /** Number of scales of a matrix. */
  default long count(int rows, int cols) {
    return switch (this) {
      case PerTensor() -> 1;
      case PerRow() -> rows;
      case PerGroup _ -> (long) rows * groupsPerRow(cols);
    };
  }

  /**
   * Reads what {@code toString} gives: {@code tensor}, {@code row} or {@code group:COLS}.
   *
   * @throws IllegalArgumentException if the text is none of them
   */
  static Granularity parse(String text) {
    if (text.equals("tensor")) {
      return tensor();
    }
    if (text.equals("row")) {
      return row();
    }
    if (text.startsWith("group:")) {
      try {
        return group(Integer.parseInt(text.substring("group:".length())));
      } catch (NumberFormatException _) {
        // Falls through to the message below, which says it better.
      }
    }
    throw new IllegalArgumentException(
        "unknown granularity '" + text + "', expected tensor, row or group:COLS");
  }
}
