package dev.ternary.quant;

import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;

/**
 * A quantized tensor and what it cost.
 *
 * @param weights ternary weights in the tensor's shape
 * @param report what was lost
 */
public record Quantized(TernaryTensor weights, QuantizationReport report) {

  /** The weights as a matrix: dimension 0 of the tensor as rows, all others as columns. */
  public TernaryMatrix matrix() {
    return weights.matrix();
  }
}
