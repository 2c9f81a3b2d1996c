package dev.ternary.cli.bench;

import dev.ternary.report.Numbers;

/**
 * How fast one contender computed one product.
 *
 * @param contender name of a kernel, {@code read} or {@code openblas}
 * @param rows output features
 * @param cols input features
 * @param tokens tokens at once
 * @param threads threads that shared the work
 * @param samples times taken
 * @param bestNanos least time for one product
 * @param medianNanos median time for one product
 * @param steady whether its rate was steady when the warm-up ended
 */
record Measurement(
    String contender,
    int rows,
    int cols,
    int tokens,
    int threads,
    int samples,
    double bestNanos,
    double medianNanos,
    boolean steady) {

  /** Multiply-adds in a nanosecond, which are thousand millions in a second, at best. */
  double gmacs() {
    return (double) tokens * rows * cols / bestNanos;
  }

  /** The same in the median. */
  double medianGmacs() {
    return (double) tokens * rows * cols / medianNanos;
  }

  /** The same under another name. */
  Measurement named(String name) {
    return new Measurement(
        name, rows, cols, tokens, threads, samples, bestNanos, medianNanos, steady);
  }

  /** The product, such as {@code 6912x2560, 32 tokens}. */
  String product() {
    return rows + "x" + cols + (tokens == 1 ? ", 1 token" : ", " + tokens + " tokens");
  }

  /** A rate with three digits or so. */
  static String rate(double gmacs) {
    return Numbers.fixed(gmacs, gmacs < 10 ? 2 : gmacs < 100 ? 1 : 0);
  }
}
