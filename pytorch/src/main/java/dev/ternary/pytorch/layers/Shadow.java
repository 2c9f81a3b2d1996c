package dev.ternary.pytorch.layers;

import dev.ternary.packed.Granularity;
import dev.ternary.quant.ThresholdRule;
import java.util.Arrays;

/** Float weights of which a rule makes given trits and scales. */
final class Shadow {

  /** Scales differ by the rounding of a mean of floats. */
  private static final float ROUNDING = 1e-5f;

  private Shadow() {}

  /**
   * The weights, row-major as the trits are and of one magnitude a row that the rule makes these
   * trits and scales of; see {@link TernaryWeight#assign}.
   *
   * @throws IllegalArgumentException if there are none
   */
  static float[] weights(TernaryOptions options, byte[] trits, float[] rowScales) {
    if (!(options.quantizer().granularity() instanceof Granularity.PerRow) || !options.scaled()) {
      throw new IllegalArgumentException(
          "given scales need options with a scale a row, got "
              + (options.scaled() ? "one a " + options.quantizer().granularity() : "unscaled"));
    }
    int cols = trits.length / rowScales.length;
    float[] weights = new float[trits.length];
    for (int row = 0; row < rowScales.length; row++) {
      int from = row * cols;
      int nonZeros = 0;
      for (int i = from; i < from + cols; i++) {
        nonZeros += trits[i] == 0 ? 0 : 1;
      }
      float size = magnitude(options, rowScales[row], cols, nonZeros);
      for (int i = from; i < from + cols; i++) {
        weights[i] = trits[i] * size;
      }
      requireKept(options, row, Arrays.copyOfRange(weights, from, from + cols), rowScales[row]);
    }
    return weights;
  }

  /** The absolute value of all weights that are not 0. */
  private static float magnitude(TernaryOptions options, float scale, int cols, int nonZeros) {
    return switch (options.quantizer().rule()) {
      // The scale is the mean with the zeros among it.
      case ThresholdRule.Absmean _ ->
          nonZeros == 0 ? 0 : (float) ((double) scale * cols / nonZeros);
      case ThresholdRule.Twn _, ThresholdRule.Optimal _ -> scale;
      // The scale is always 1, or a learned one.
      case ThresholdRule.Absolute(float threshold) -> Math.max(scale, 2 * threshold);
    };
  }

  /** Asks the rule. */
  private static void requireKept(TernaryOptions options, int row, float[] weights, float scale) {
    float[] values = weights.clone();
    boolean learned = options.learnedScale() != LearnedScale.NONE;
    options.quantizer().simulate(1, values, !learned);
    for (int i = 0; i < values.length; i++) {
      float trit = Math.signum(weights[i]);
      float expected = learned ? trit : trit * scale;
      if (!(Math.abs(values[i] - expected) <= ROUNDING * scale)) {
        throw new IllegalArgumentException(
            "no weights of row "
                + row
                + " give "
                + expected
                + " at column "
                + i
                + " by the rule "
                + options.quantizer().rule()
                + ", the nearest gave "
                + values[i]);
      }
    }
  }
}
