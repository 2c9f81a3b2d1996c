package dev.ternary.cli.train;

import dev.ternary.report.Numbers;
import dev.ternary.training.Examples;
import java.util.Optional;

/**
 * What a network would have right that has learnt nothing.
 *
 * @param share of the examples in the largest class
 */
record Chance(double share) {

  /** Beyond so many standard deviations an accuracy is no accident. */
  private static final double DEVIATIONS = 3;

  static Chance of(Examples examples) {
    int[] counts = new int[Math.max(1, examples.classes())];
    int most = 0;
    for (int i = 0; i < examples.size(); i++) {
      most = Math.max(most, ++counts[examples.label(i)]);
    }
    return new Chance((double) most / Math.max(1, examples.size()));
  }

  /** A warning where so many examples give no reason to think that anything was learnt. */
  Optional<String> warning(String network, double accuracy, int examples) {
    double deviation = Math.sqrt(share * (1 - share) / Math.max(1, examples));
    return accuracy > share + DEVIATIONS * deviation || share == 1
        ? Optional.empty()
        : Optional.of(
            network
                + " has "
                + Numbers.percent(accuracy)
                + " right, no more than by chance ("
                + Numbers.percent(share)
                + " are of one class): it has learnt nothing; a smaller --learning-rate may help");
  }
}
