package dev.ternary.nn.quantize;

import dev.ternary.nn.graph.Graph;
import java.util.List;
import java.util.Objects;

/**
 * A graph that was made ternary.
 *
 * @param graph with the values, names and meanings of the float one
 * @param layers what became of each layer that is ternary now, in the order of the graph
 * @param kept names of the layers that stay float because the options say so
 */
public record QuantizedGraph(Graph graph, List<LayerReport> layers, List<String> kept) {
  public QuantizedGraph {
    Objects.requireNonNull(graph, "graph");
    layers = List.copyOf(layers);
    kept = List.copyOf(kept);
  }
}
