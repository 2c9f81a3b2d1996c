package dev.ternary.nn.quantize;

import dev.ternary.kernel.Activations;
import dev.ternary.nn.ModelOptions;
import dev.ternary.nn.graph.Node;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.NamePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a graph is made ternary. Immutable; the methods return a changed copy.
 *
 * @param quantizer thresholds, scales and packing; calibration needs a scale a row
 * @param skip patterns for the names of layers, or of their tensors such as {@code fc.weight}, that
 *     stay float
 * @param keepFirst whether the first layer with float weights stays float if it is a convolution; a
 *     linear one has most weights of its network
 * @param keepLast whether the last one does
 * @param activations the form in which activations enter the ternary products
 * @param running kernel and threads that calibration runs the graph with
 * @param progress is told of each layer
 */
public record QuantizeOptions(
    Quantizer quantizer,
    List<NamePattern> skip,
    boolean keepFirst,
    boolean keepLast,
    Activations activations,
    ModelOptions running,
    Progress progress) {

  /** Is told how far a calibration has come, on the thread that calibrates. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A layer of the graph is done.
     *
     * @param done layers that are done
     * @param of layers that there are
     * @param layer name of the last one
     */
    void at(int done, int of, String layer);
  }

  public QuantizeOptions {
    Objects.requireNonNull(quantizer, "quantizer");
    Objects.requireNonNull(activations, "activations");
    Objects.requireNonNull(running, "running");
    Objects.requireNonNull(progress, "progress");
    skip = List.copyOf(skip);
  }

  /**
   * Optimal thresholds and a scale a row in every layer but the first and the last, and int8
   * activations.
   */
  public static QuantizeOptions defaults() {
    return new QuantizeOptions(
        Quantizer.optimal().perRow(),
        List.of(),
        true,
        true,
        Activations.INT8,
        ModelOptions.defaults(),
        (_, _, _) -> {});
  }

  /** Another rule, granularity or packing. */
  public QuantizeOptions with(Quantizer other) {
    return new QuantizeOptions(other, skip, keepFirst, keepLast, activations, running, progress);
  }

  /** Activations of another form. */
  public QuantizeOptions with(Activations other) {
    return new QuantizeOptions(quantizer, skip, keepFirst, keepLast, other, running, progress);
  }

  /** Another kernel or other threads. */
  public QuantizeOptions with(ModelOptions other) {
    return new QuantizeOptions(quantizer, skip, keepFirst, keepLast, activations, other, progress);
  }

  /** Somebody else to tell. */
  public QuantizeOptions with(Progress other) {
    return new QuantizeOptions(quantizer, skip, keepFirst, keepLast, activations, running, other);
  }

  /** More layers that stay float. */
  public QuantizeOptions skipping(List<NamePattern> more) {
    var all = new ArrayList<>(skip);
    all.addAll(more);
    return new QuantizeOptions(quantizer, all, keepFirst, keepLast, activations, running, progress);
  }

  /** Whether the first and the last layer stay float. */
  public QuantizeOptions keeping(boolean first, boolean last) {
    return new QuantizeOptions(quantizer, skip, first, last, activations, running, progress);
  }

  /** Whether a pattern names this layer. */
  boolean skips(Node node) {
    return skip.stream()
        .anyMatch(
            pattern -> pattern.matches(node.name()) || pattern.matches(node.name() + ".weight"));
  }
}
