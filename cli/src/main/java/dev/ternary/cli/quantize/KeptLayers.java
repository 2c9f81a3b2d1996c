package dev.ternary.cli.quantize;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Which layers at the ends of a network stay float. They hold few of its weights and lose most: the
 * first convolution sees three colours, the last layer gives the answer.
 *
 * @param first the first layer, if it is a convolution: in a network without, it has most weights
 * @param last the last layer
 */
record KeptLayers(boolean first, boolean last) {

  /** Reads {@code first,last}, one of both, or {@code none}. */
  static final class Converter implements ITypeConverter<KeptLayers> {
    @Override
    public KeptLayers convert(String text) {
      return switch (text) {
        case "first,last" -> new KeptLayers(true, true);
        case "first" -> new KeptLayers(true, false);
        case "last" -> new KeptLayers(false, true);
        case "none" -> new KeptLayers(false, false);
        default ->
            throw new TypeConversionException(
                "'" + text + "' is none of first,last - first - last - none");
      };
    }
  }

  /** Names of the layers that stay float. */
  Set<String> of(Graph graph) {
    List<Node> products =
        graph.nodes().stream()
            .filter(node ->
                node.operation() instanceof Operation.Product p
                    && p.values() instanceof Weights.Dense)
            .toList();
    Set<String> kept = new HashSet<>();
    if (first
        && !products.isEmpty()
        && products.getFirst().operation() instanceof Operation.Conv2d) {
      kept.add(products.getFirst().name());
    }
    if (last && !products.isEmpty()) {
      kept.add(products.getLast().name());
    }
    return kept;
  }
}
