package dev.ternary.tensor;

import java.util.Objects;

/** Which of some values is the largest: the class that a row of scores stands for. */
public final class ArgMax {

  private ArgMax() {}

  /**
   * The index of the largest value, the first where several are largest; zeros of either sign are
   * equal. NaN is less than every number, so it is the answer only where nothing else is there, and
   * then the first.
   *
   * @param values scores, at least one in the range
   * @param from where the range begins
   * @param count how many values it has, 1 or more
   * @return from 0 for {@code values[from]}
   * @throws IllegalArgumentException if the range is empty
   * @throws IndexOutOfBoundsException if it is not inside {@code values}
   */
  public static int of(float[] values, int from, int count) {
    Objects.checkFromIndexSize(from, count, values.length);
    if (count == 0) {
      throw new IllegalArgumentException("the largest of no values was asked for, at " + from);
    }
    int best = 0;
    for (int i = 1; i < count; i++) {
      float value = values[from + i];
      float largest = values[from + best];
      if (value > largest || (Float.isNaN(largest) && !Float.isNaN(value))) {
        best = i;
      }
    }
    return best;
  }
}
