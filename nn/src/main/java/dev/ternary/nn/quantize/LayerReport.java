package dev.ternary.nn.quantize;

import dev.ternary.quant.QuantizationReport;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of one layer.
 *
 * @param layer its name
 * @param weights what its weights lost
 * @param outputs what its outputs lost on the samples; empty where it was not fitted to any
 */
public record LayerReport(String layer, QuantizationReport weights, Optional<Outputs> outputs) {

  /**
   * Squared errors of a layer's outputs, relative to the squares of what the float network has
   * there, at the places that were sampled. Where a bias or a batch norm follows, which takes up
   * any constant, both are taken around their means.
   *
   * @param before with the trits and scales that the weights alone give
   * @param after as fitted; never above {@code before}
   */
  public record Outputs(double before, double after) {}

  public LayerReport {
    Objects.requireNonNull(layer, "layer");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(outputs, "outputs");
  }
}
