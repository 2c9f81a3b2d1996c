package dev.ternary.quant;

import dev.ternary.packed.TritCounts;
import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * What quantizing one tensor did.
 *
 * @param name the tensor's name
 * @param shape the tensor's shape
 * @param quantizer rule and granularity, such as {@code absmean:0.5 per row}
 * @param counts how many weights became -1, 0 and +1
 * @param relativeSquaredError {@code ||w - q||^2 / ||w||^2}; 0 where all weights are 0
 * @param zeroRows rows that became all zeros, in order: outputs that no longer depend on the input
 * @param floatBytes size of the weights as float32
 * @param packedBytes size of the packed trits and their scales
 */
public record QuantizationReport(
    String name,
    Shape shape,
    String quantizer,
    TritCounts counts,
    double relativeSquaredError,
    List<Integer> zeroRows,
    long floatBytes,
    long packedBytes) {

  /** Makes the list unmodifiable. */
  public QuantizationReport {
    zeroRows = List.copyOf(zeroRows);
  }

  /** Whether no weight is left: the layer gives its bias only. */
  public boolean allZero() {
    return counts.total() > 0 && counts.zeros() == counts.total();
  }

  /** The same with the error against other weights than those that were quantized. */
  public QuantizationReport withRelativeSquaredError(double other) {
    return new QuantizationReport(
        name, shape, quantizer, counts, other, zeroRows, floatBytes, packedBytes);
  }
}
