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

  /** That of weights of which one is no finite number. */
  static final Fit NONE = new Fit(Float.NaN, Float.NaN);
}
