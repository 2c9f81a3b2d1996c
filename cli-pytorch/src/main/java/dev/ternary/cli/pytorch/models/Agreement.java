package dev.ternary.cli.pytorch.models;

import dev.ternary.report.Numbers;

/** Compares the outputs of a network with those of somebody else. */
final class Agreement {

  private Agreement() {}

  /**
   * The largest difference as a part of the largest number that was expected.
   *
   * @throws IllegalStateException if it is above {@code bound}, or not a number; the message gives
   *     the place
   */
  static double require(String who, float[] expected, float[] found, double bound) {
    if (found.length != expected.length) {
      throw new IllegalStateException(
          who + " gives " + found.length + " numbers, libtorch gives " + expected.length);
    }
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      double off = Math.abs((double) found[i] - expected[i]) / largest;
      if (!(off <= bound)) {
        throw new IllegalStateException(
            who
                + " gives "
                + found[i]
                + " at place "
                + i
                + ", libtorch gives "
                + expected[i]
                + ": at most "
                + Numbers.fixed(100 * bound, 2)
                + " % of the largest output, "
                + largest
                + ", may lie between");
      }
      worst = Math.max(worst, off);
    }
    return worst;
  }
}
