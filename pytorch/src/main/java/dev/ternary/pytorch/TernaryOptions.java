package dev.ternary.pytorch;

import dev.ternary.packed.Granularity;
import dev.ternary.quant.Quantizer;
import dev.ternary.quant.ThresholdRule;

/**
 * How a layer makes ternary weights of its shadow weights. Immutable; the {@code with...} methods
 * return a changed copy.
 *
 * @param quantizer threshold rule, granularity of the scales, and packing of exported weights
 * @param scaled whether a trit is worth its scale; otherwise it is worth 1, whatever the rule
 */
public record TernaryOptions(Quantizer quantizer, boolean scaled) {

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
    return new TernaryOptions(quantizer, true);
  }

  /** Another threshold rule. */
  public TernaryOptions withRule(ThresholdRule rule) {
    return new TernaryOptions(
        new Quantizer(rule, quantizer.granularity(), quantizer.packing()), scaled);
  }

  /** Another granularity of threshold and scale. */
  public TernaryOptions withGranularity(Granularity granularity) {
    return new TernaryOptions(quantizer.with(granularity), scaled);
  }

  /** Trits that are worth 1. */
  public TernaryOptions unscaled() {
    return new TernaryOptions(quantizer, false);
  }
}
