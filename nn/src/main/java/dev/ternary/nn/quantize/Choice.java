package dev.ternary.nn.quantize;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import dev.ternary.quant.Quantized;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which layers become ternary.
 *
 * @param ternary names of those that do
 * @param kept names of those that the options keep
 */
record Choice(Set<String> ternary, List<String> kept) {

  static Choice of(Graph graph, QuantizeOptions options) {
    List<Node> candidates =
        graph.nodes().stream()
            .filter(node ->
                node.operation().weights().filter(Weights.Dense.class::isInstance).isPresent())
            .toList();
    var ternary = new LinkedHashSet<String>();
    var kept = new ArrayList<String>();
    for (int i = 0; i < candidates.size(); i++) {
      Node node = candidates.get(i);
      boolean keep =
          options.skips(node)
              || (options.keepFirst() && i == 0 && node.operation() instanceof Operation.Conv2d)
              || (options.keepLast() && i == candidates.size() - 1);
      if (keep) {
        kept.add(node.name());
      } else {
        ternary.add(node.name());
      }
    }
    if (ternary.isEmpty()) {
      throw new IllegalArgumentException(
          candidates.isEmpty()
              ? "no layer would become ternary: none has float weights"
              : "no layer would become ternary: those to skip and the first and last ones to"
                  + " keep are all that have float weights, "
                  + String.join(", ", kept));
    }
    return new Choice(ternary, kept);
  }

  /** The weights of a layer by themselves. */
  static Quantized quantized(Node node, QuantizeOptions options) {
    Tensor weights = node.operation().weights().orElseThrow().toDense();
    return options.quantizer().quantize(node.name() + ".weight", weights);
  }

  /** The operation with these weights. */
  static Operation ternary(Operation operation, Quantized quantized, QuantizeOptions options) {
    return operation.mapWeights(
        _ -> new Weights.Ternary(quantized.weights(), options.activations()));
  }
}
