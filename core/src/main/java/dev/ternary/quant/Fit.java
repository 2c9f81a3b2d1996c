package dev.ternary.quant;

/**
 * Threshold and scale of the weights that share them; NaN where a weight is no finite number.
 *
 * @param threshold weights above it in absolute value become trits
 * @param scale what a trit is worth
 */
record Fit(float threshold, float scale) {

  /** Makes -0 of a threshold +0, whose bits are ordered. */
  Fit {
    threshold += 0;
  }

  /** The smallest mean that BitNet b1.58 divides by; a group below it is all zeros in effect. */
  private static final double MIN_MEAN = 1e-5;

  private static final Fit NONE = new Fit(Float.NaN, Float.NaN);

  /** Fits {@code rule} to the weights. */
  static Fit of(ThresholdRule rule, Group weights) {
    return switch (rule) {
      case ThresholdRule.Absolute(float threshold) ->
          Double.isFinite(weights.meanAbs()) ? new Fit(threshold, 1) : NONE;
      case ThresholdRule.Absmean(float ratio) -> {
        double mean = Math.max(weights.meanAbs(), MIN_MEAN);
        yield new Fit((float) (ratio * mean), (float) mean);
      }
      case ThresholdRule.Twn(float ratio) -> {
        float threshold = (float) (ratio * weights.meanAbs());
        yield new Fit(threshold, (float) weights.meanAbove(threshold));
      }
      case ThresholdRule.Optimal() -> optimal(weights.sortedAbs());
    };
  }

  /**
   * With the k largest absolute values as trits and their mean as scale, the squared error falls by
   * {@code (sum of the k)^2 / k}. Takes the k that makes this largest. Among equal values the
   * maximum lies at an end of their run, so a threshold can always separate the k.
   */
  private static Fit optimal(float[] abs) {
    if (abs.length > 0 && !Float.isFinite(abs[abs.length - 1])) {
      return NONE;
    }
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
