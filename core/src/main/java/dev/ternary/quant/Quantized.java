package dev.ternary.quant;

import dev.ternary.packed.TernaryMatrix;

/**
 * A quantized tensor and what it cost.
 *
 * @param matrix ternary weights: dimension 0 of the tensor as rows, all others as columns
 * @param report what was lost
 */
public record Quantized(TernaryMatrix matrix, QuantizationReport report) {}
