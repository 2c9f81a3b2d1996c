package dev.ternary.quant;

import java.util.Arrays;

/**
 * Threshold and scale of the weights that share them.
 *
 * @param threshold weights above it in absolute value become trits
 * @param scale what a trit is worth
 */
record Fit(float threshold, float scale) {

  /** The smallest mean that BitNet b1.58 divides by; a group below it is all zeros in effect. */
  private static final double MIN_MEAN = 1e-5;

  /** Fits {@code rule} to finite weights {@code w[from, to)}. */
  static Fit of(ThresholdRule rule, float[] w, int from, int to) {
    return switch (rule) {
      case ThresholdRule.Absolute(float threshold) -> new Fit(threshold, 1);
      case ThresholdRule.Absmean(float ratio) -> {
        double mean = Math.max(meanAbs(w, from, to), MIN_MEAN);
        yield new Fit((float) (ratio * mean), (float) mean);
      }
      case ThresholdRule.Twn(float ratio) -> {
        float threshold = (float) (ratio * meanAbs(w, from, to));
        yield new Fit(threshold, meanAbove(threshold, w, from, to));
      }
      case ThresholdRule.Optimal() -> optimal(w, from, to);
    };
  }

  private static double meanAbs(float[] w, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.abs(w[i]);
    }
    return to == from ? 0 : sum / (to - from);
  }

  private static float meanAbove(float threshold, float[] w, int from, int to) {
    double sum = 0;
    long count = 0;
    for (int i = from; i < to; i++) {
      float abs = Math.abs(w[i]);
      if (abs > threshold) {
        sum += abs;
        count++;
      }
    }
    return count == 0 ? 0 : (float) (sum / count);
  }

  /**
   * With the k largest absolute values as trits and their mean as scale, the squared error falls by
   * {@code (sum of the k)^2 / k}. Takes the k that makes this largest. Among equal values the
   * maximum lies at an end of their run, so a threshold can always separate the k.
   */
  private static Fit optimal(float[] w, int from, int to) {
    float[] abs = new float[to - from];
    for (int i = 0; i < abs.length; i++) {
      abs[i] = Math.abs(w[from + i]);
    }
    Arrays.parallelSort(abs);
    double sum = 0;
    double best = 0;
    Fit fit = new Fit(0, 0);
    for (int i = abs.length - 1; i >= 0; i--) {
      sum += abs[i];
      float below = i == 0 ? 0 : abs[i - 1];
      double gain = sum * sum / (abs.length - i);
      if (gain > best && below < abs[i]) {
        best = gain;
        fit = new Fit(below, (float) (sum / (abs.length - i)));
      }
    }
    return fit;
  }
}
