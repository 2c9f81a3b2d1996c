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

  /** That of weights of which one is no finite number. */
  static final Fit NONE = new Fit(Float.NaN, Float.NaN);

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
      case ThresholdRule.Optimal() -> LeastSquares.fit(weights);
    };
  }
}
