package dev.ternary.pytorch.layers;

import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import dev.ternary.quant.Quantizer;

/**
 * How a layer makes ternary weights of its shadow weights, and how it trains them. Immutable; the
 * {@code with...} methods return a changed copy.
 *
 * @param quantizer threshold rule, granularity of the scales, and packing of exported weights
 * @param scaled whether a trit is worth its scale; otherwise it is worth 1, whatever the rule
 * @param learnedScale which scales are parameters, which start at those of the first weights and
 *     are trained with the rest
 * @param activations the form in which inputs enter a linear layer: with {@link Activations#INT8}
 *     each row is rounded to 127 steps of its largest value, with a straight-through gradient. A
 *     convolution takes a whole image as the row
 * @param weightClip {@code Training} keeps shadow weights in plus and minus this; 0 is no limit
 * @param warmupSteps training steps over which weights go linearly from float to ternary; 0 is none
 */
public record TernaryOptions(
    Quantizer quantizer,
    boolean scaled,
    LearnedScale learnedScale,
    Activations activations,
    float weightClip,
    long warmupSteps) {

  /**
   * Checks the numbers, and that a learned scale has rows or a tensor to belong to, and no warm-up.
   */
  public TernaryOptions {
    if (!(weightClip >= 0) || warmupSteps < 0) {
      throw new IllegalArgumentException(
          "weight clip and warm-up must be 0 or more, got " + weightClip + " and " + warmupSteps);
    }
    boolean learned = learnedScale != LearnedScale.NONE;
    if (learned && (!scaled || quantizer.granularity() instanceof Granularity.PerGroup)) {
      throw new IllegalArgumentException(
          "a learned scale is one for the tensor or one a row, got "
              + (scaled ? quantizer.granularity().toString() : "unscaled"));
    }
    if (learned && warmupSteps > 0) {
      throw new IllegalArgumentException(
          "a learned scale and a warm-up cannot be combined, got "
              + learnedScale
              + " and "
              + warmupSteps
              + " steps");
    }
  }

  /** BitNet b1.58: half the mean absolute weight as threshold, that mean as scale of the tensor. */
  public static TernaryOptions absmean() {
    return of(Quantizer.absmean());
  }

  /** Ternary weight networks: 0.7 times the mean as threshold, least-squares scale a row. */
  public static TernaryOptions twn() {
    return of(Quantizer.twn().perRow());
  }

  /** A fixed threshold without scale, for shadow weights that lie around -1, 0 and +1. */
  public static TernaryOptions absolute(float threshold) {
    return of(Quantizer.absolute(threshold));
  }

  /** The given quantizer, with its scales. */
  public static TernaryOptions of(Quantizer quantizer) {
    return new TernaryOptions(quantizer, true, LearnedScale.NONE, Activations.FLOAT32, 0, 0);
  }

  /** Another granularity of threshold and scale. */
  public TernaryOptions withGranularity(Granularity granularity) {
    return with(quantizer.with(granularity));
  }

  private TernaryOptions with(Quantizer other) {
    return new TernaryOptions(other, scaled, learnedScale, activations, weightClip, warmupSteps);
  }

  /** Trits that are worth 1. */
  public TernaryOptions unscaled() {
    return new TernaryOptions(
        quantizer, false, LearnedScale.NONE, activations, weightClip, warmupSteps);
  }

  /** Scales that are trained, one for both signs. */
  public TernaryOptions withLearnedScale() {
    return withLearnedScale(LearnedScale.SHARED);
  }

  /** Scales that are trained, or are not. */
  public TernaryOptions withLearnedScale(LearnedScale learned) {
    return new TernaryOptions(quantizer, scaled, learned, activations, weightClip, warmupSteps);
  }

  /** Another form of the inputs. */
  public TernaryOptions withActivations(Activations form) {
    return new TernaryOptions(quantizer, scaled, learnedScale, form, weightClip, warmupSteps);
  }

  /** A limit of the shadow weights. */
  public TernaryOptions withWeightClip(float limit) {
    return new TernaryOptions(quantizer, scaled, learnedScale, activations, limit, warmupSteps);
  }

  /** A warm-up from float to ternary. */
  public TernaryOptions withWarmup(long steps) {
    return new TernaryOptions(quantizer, scaled, learnedScale, activations, weightClip, steps);
  }
}
