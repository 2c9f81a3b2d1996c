package dev.ternary.quant;

/** Applies threshold rules to weights. */
final class Fitting {

  /** The smallest mean that BitNet b1.58 divides by; a group below it is all zeros in effect. */
  private static final double MIN_MEAN = 1e-5;

  private Fitting() {}

  /** The threshold and scale that {@code rule} gives the weights. */
  static Fit fit(ThresholdRule rule, Group weights) {
    return switch (rule) {
      case ThresholdRule.Absolute(float threshold) ->
          Double.isFinite(weights.meanAbs()) ? new Fit(threshold, 1) : Fit.NONE;
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
