package dev.ternary.cli.quantize;

import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.quantize.GraphQuantizer;
import dev.ternary.nn.quantize.QuantizeOptions;
import dev.ternary.nn.quantize.QuantizedGraph;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.NamePattern;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a network ternary, by its weights alone or fitted to samples.
 *
 * @param terminal where progress and what became of the layers go
 * @param options which layers stay float, and the form of activations
 * @param skip names of layers, or of their weights, that stay float
 */
record NetworkQuantization(Terminal terminal, GraphOptions options, List<NamePattern> skip) {

  /** The names of all layers and of their weights, as {@code --skip} may call them. */
  static List<String> names(Graph graph) {
    List<String> names = new ArrayList<>();
    graph.nodes().forEach(node -> names.addAll(List.of(node.name(), node.name() + ".weight")));
    return names;
  }

  /** Makes the layers of a network ternary. */
  QuantizedGraph of(Graph graph, Quantizer quantizer, Optional<Tensor> samples) {
    QuantizeOptions how =
        QuantizeOptions.defaults()
            .with(quantizer)
            .with(options.activations)
            .skipping(skip)
            .keeping(options.kept.first(), options.kept.last());
    if (samples.isEmpty()) {
      return GraphQuantizer.quantize(graph, how);
    }
    try (ProgressBar bar = terminal.progress("calibrate", graph.nodes().size())) {
      return GraphQuantizer.calibrate(
          graph, samples.get(), how.with((done, _, layer) -> bar.at(done, layer)));
    }
  }

  /** Says which layers stay float. */
  void reportKept(QuantizedGraph result) {
    if (!result.kept().isEmpty()) {
      terminal.line("left in float: " + String.join(", ", result.kept()));
    }
  }
}
