package dev.ternary.cli.quantize;

import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.kernel.Activations;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantized;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.NamePattern;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * A network whose float weights became ternary.
 *
 * @param graph the network
 * @param reports what became of each weight that was taken
 * @param kept names of the layers whose weights stayed float
 */
record GraphQuantization(Graph graph, List<QuantizationReport> reports, List<String> kept) {

  /** What the name of a layer's weights ends in. */
  private static final String WEIGHT = ".weight";

  /** The names of all layers and of their weights, as {@code --skip} may call them. */
  static List<String> names(Graph graph) {
    List<String> names = new ArrayList<>();
    graph.nodes().forEach(node -> names.addAll(List.of(node.name(), node.name() + WEIGHT)));
    return names;
  }

  /**
   * Makes the weights of all layers ternary but those that the options or a pattern keep.
   *
   * @throws IllegalArgumentException if no layer would become ternary
   */
  static GraphQuantization of(
      Graph graph,
      Quantizer quantizer,
      GraphOptions options,
      List<NamePattern> skip,
      Terminal terminal) {
    Set<String> ends = options.kept.of(graph);
    Predicate<String> keep =
        name ->
            ends.contains(name)
                || skip.stream().anyMatch(p -> p.matches(name) || p.matches(name + WEIGHT));
    long total =
        graph.nodes().stream()
            .flatMap(node -> node.operation().weights().stream())
            .mapToLong(weights -> weights.shape().elements())
            .sum();
    GraphQuantization result;
    try (ProgressBar bar = terminal.progress("quantize", total)) {
      result = of(graph, quantizer, options.activations, keep, bar::at);
    }
    if (result.reports().isEmpty()) {
      throw new IllegalArgumentException(
          "the network has no layer that would become ternary; "
              + (result.kept().isEmpty()
                  ? "none has float weights"
                  : "--skip and --keep-float keep "
                      + String.join(", ", result.kept())
                      + "; --keep-float none takes all"));
    }
    return result;
  }

  private static GraphQuantization of(
      Graph graph,
      Quantizer quantizer,
      Activations activations,
      Predicate<String> keep,
      BiConsumer<Long, String> progress) {
    var reports = new ArrayList<QuantizationReport>();
    List<String> kept = new ArrayList<>();
    List<Node> nodes = new ArrayList<>();
    var shared = new IdentityHashMap<Tensor, TernaryTensor>();
    long done = 0;
    for (Node node : graph.nodes()) {
      if (!(node.operation().weights().orElse(null) instanceof Weights.Dense(var values))) {
        nodes.add(node);
        continue;
      }
      done += values.shape().elements();
      if (keep.test(node.name())) {
        kept.add(node.name());
        nodes.add(node);
        continue;
      }
      TernaryTensor ternary = shared.get(values);
      if (ternary == null) {
        Quantized result = quantizer.quantize(node.name() + ".weight", values);
        reports.add(result.report());
        ternary = result.weights();
        shared.put(values, ternary);
      }
      var weights = new Weights.Ternary(ternary, activations);
      nodes.add(node.with(node.operation().mapWeights(_ -> weights)));
      progress.accept(done, node.name());
    }
    return new GraphQuantization(
        new Graph(graph.inputs(), nodes, graph.outputs(), graph.info()), reports, kept);
  }
}
