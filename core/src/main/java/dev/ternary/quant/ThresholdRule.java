package dev.ternary.quant;

/**
 * How the weights that share a scale are split: {@code |w| > threshold} becomes a trit of the sign
 * of {@code w}, the rest becomes 0.
 */
public sealed interface ThresholdRule {

  /**
   * A fixed threshold and the scale 1: the literal rule of weights that were trained to lie around
   * -1, 0 and +1. On weights of another size it gives all zeros.
   *
   * @param threshold absolute value, 0 or more
   */
  record Absolute(float threshold) implements ThresholdRule {
    public Absolute {
      requireNotNegative("threshold", threshold);
    }

    @Override
    public String toString() {
      return "absolute:" + threshold;
    }
  }

  /**
   * {@code ratio} times the mean absolute weight, and that mean as scale. With the ratio 0.5 this
   * is {@code round(w / mean)} of BitNet b1.58 (arXiv 2402.17764, section 2).
   *
   * @param ratio threshold as a share of the mean, 0 or more
   */
  record Absmean(float ratio) implements ThresholdRule {
    public Absmean {
      requireNotNegative("ratio", ratio);
    }

    @Override
    public String toString() {
      return "absmean:" + ratio;
    }
  }

  /**
   * Ternary weight networks (arXiv 1605.04711, section 2): {@code ratio} times the mean absolute
   * weight, and the least-squares scale, which is the mean of the absolute weights above it.
   *
   * @param ratio threshold as a share of the mean, 0.7 in the paper
   */
  record Twn(float ratio) implements ThresholdRule {
    public Twn {
      requireNotNegative("ratio", ratio);
    }

    @Override
    public String toString() {
      return "twn:" + ratio;
    }
  }

  /** The threshold with the least squared error of all, and its least-squares scale. */
  record Optimal() implements ThresholdRule {
    @Override
    public String toString() {
      return "optimal";
    }
  }

  /**
   * Reads what {@code toString} gives; the number may be left out: {@code absolute:0.5}, {@code
   * absmean}, {@code twn:0.75}, {@code optimal}.
   *
   * @throws IllegalArgumentException if the text is no rule
   */
  static ThresholdRule parse(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    if (name.equals("optimal") && colon < 0) {
      return new Optimal();
    }
    float number;
    try {
      number = colon < 0 ? defaultOf(name) : Float.parseFloat(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "quantization method '" + text + "' does not end in a number", e);
    }
    return switch (name) {
      case "absolute" -> new Absolute(number);
      case "absmean" -> new Absmean(number);
      case "twn" -> new Twn(number);
      default ->
          throw new IllegalArgumentException(
              "unknown quantization method '"
                  + text
                  + "', expected absolute[:T], absmean[:RATIO], twn[:RATIO] or optimal");
    };
  }

  private static float defaultOf(String name) {
    return name.equals("twn") ? 0.7f : 0.5f;
  }

  private static void requireNotNegative(String what, float value) {
    if (!(value >= 0) || Float.isInfinite(value)) {
      throw new IllegalArgumentException(what + " must be a number of 0 or more, got " + value);
    }
  }
}
