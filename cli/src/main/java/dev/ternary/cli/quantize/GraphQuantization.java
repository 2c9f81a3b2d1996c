package dev.ternary.cli.quantize;

import dev.ternary.kernel.Activations;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantized;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
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

  /**
   * Makes the weights of all layers ternary but those that {@code keep} names.
   *
   * @param keep asked with the name of each layer with float weights
   * @param progress told the weights done so far, and the layer
   */
  static GraphQuantization of(
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
