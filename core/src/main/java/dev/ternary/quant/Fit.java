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

  /** All bits of a float but the sign. */
  private static final int ABS = 0x7fffffff;

  /** Bits of the largest finite float. */
  private static final int LARGEST = 0x7f7fffff;

  /** Makes -0 of a threshold +0, whose bits are ordered. */
  Fit {
    threshold += 0;
  }

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

  /** Sums in four lanes: a single chain of additions would wait for each one. */
  private static double meanAbs(float[] w, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      s0 += Math.abs(w[i]);
      s1 += Math.abs(w[i + 1]);
      s2 += Math.abs(w[i + 2]);
      s3 += Math.abs(w[i + 3]);
    }
    for (; i < to; i++) {
      s0 += Math.abs(w[i]);
    }
    return to == from ? 0 : (s0 + s1 + (s2 + s3)) / (to - from);
  }

  /** Branch-free, because about half of the weights lie above and no predictor guesses which. */
  private static float meanAbove(float threshold, float[] w, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    long count = 0;
    int i = from;
    for (; i + 1 < to; i += 2) {
      int above0 = maskAbove(threshold, w[i]);
      int above1 = maskAbove(threshold, w[i + 1]);
      s0 += Float.intBitsToFloat(Float.floatToRawIntBits(w[i]) & ABS & above0);
      s1 += Float.intBitsToFloat(Float.floatToRawIntBits(w[i + 1]) & ABS & above1);
      count -= above0 + above1;
    }
    for (; i < to; i++) {
      int above = maskAbove(threshold, w[i]);
      s0 += Float.intBitsToFloat(Float.floatToRawIntBits(w[i]) & ABS & above);
      count -= above;
    }
    return count == 0 ? 0 : (float) ((s0 + s1) / count);
  }

  /**
   * All ones where {@code |w| > threshold}, else 0: the bits of floats of 0 or more are ordered as
   * the floats are.
   */
  private static int maskAbove(float threshold, float w) {
    return (Float.floatToRawIntBits(threshold) - (Float.floatToRawIntBits(w) & ABS)) >> 31;
  }

  /**
   * Replaces weights {@code w[from, to)} by {@code trit * worth}, +0 where the trit is 0. A weight
   * that is no finite number makes all of them NaN.
   */
  void round(float[] w, int from, int to, float worth) {
    int worthBits = Float.floatToRawIntBits(worth);
    int thresholdBits = Float.floatToRawIntBits(threshold);
    int infinite = 0;
    for (int i = from; i < to; i++) {
      int bits = Float.floatToRawIntBits(w[i]);
      int abs = bits & ABS;
      infinite |= LARGEST - abs;
      int above = (thresholdBits - abs) >> 31;
      w[i] = Float.intBitsToFloat((worthBits | (bits & ~ABS)) & above);
    }
    if (infinite < 0 || !Float.isFinite(threshold) || !Float.isFinite(worth)) {
      Arrays.fill(w, from, to, Float.NaN);
    }
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
