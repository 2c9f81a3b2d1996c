package dev.ternary.nn.quantize;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.Node;
import dev.ternary.packed.Granularity;
import dev.ternary.quant.Quantized;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the float weights of a graph ternary: those of linear layers, convolutions and embeddings.
 * Weights that are ternary or int8 already stay as they are. A deterministic computation: the same
 * arguments give the same graph, on any number of threads.
 */
public final class GraphQuantizer {

  private GraphQuantizer() {}

  /**
   * Makes a graph ternary by its weights alone. Fast, but a deep network that was not trained for
   * it loses most of its accuracy so: {@link #calibrate(Graph, Tensor, QuantizeOptions)} does not.
   *
   * @throws IllegalArgumentException if no layer would become ternary, or a weight is NaN or
   *     infinite; the message gives the layer
   */
  public static QuantizedGraph quantize(Graph graph, QuantizeOptions options) {
    Choice choice = Choice.of(graph, options);
    var reports = new ArrayList<LayerReport>();
    List<Node> nodes = new ArrayList<>();
    // Weights that several layers share are quantized once and stay shared.
    var shared = new IdentityHashMap<Tensor, Quantized>();
    for (Node node : graph.nodes()) {
      if (!choice.ternary().contains(node.name())) {
        nodes.add(node);
        continue;
      }
      Tensor dense = node.operation().weights().orElseThrow().toDense();
      Quantized quantized = shared.get(dense);
      if (quantized == null) {
        quantized = Choice.quantized(node, options);
        shared.put(dense, quantized);
        reports.add(new LayerReport(node.name(), quantized.report(), Optional.empty()));
      }
      nodes.add(node.with(Choice.ternary(node.operation(), quantized, options)));
    }
    return new QuantizedGraph(
        new Graph(graph.inputs(), nodes, graph.outputs(), graph.info()), reports, choice.kept());
  }

  /**
   * Makes a graph of one input ternary and fits it to samples, without training; see {@link
   * #calibrate(Graph, Map, QuantizeOptions)}.
   *
   * @param samples {@code [samples, ...]}
   */
  public static QuantizedGraph calibrate(Graph graph, Tensor samples, QuantizeOptions options) {
    if (graph.inputs().size() != 1) {
      throw new IllegalArgumentException(
          "expected samples for each of the inputs "
              + graph.inputs().stream().map(Input::name).toList()
              + ", got one tensor");
    }
    return calibrate(graph, Map.of(graph.inputs().getFirst().name(), samples), options);
  }

  /**
   * Makes a graph ternary and fits it to samples, without training and without labels. Layer by
   * layer, trits and scales are chosen so that the output comes nearest to that of the float
   * network, given the inputs that the ternary layers before it leave ("error feedback"); a bias
   * takes up the mean error. Mean and variance of each batch norm behind ternary layers are taken
   * anew from the samples; where they hold fewer than 512 values of a feature, they are moved by as
   * much as ternary weights moved them. A layer with more than 8192 weights a row gets trits and
   * scales from its weights alone.
   *
   * <p>Both networks run over all samples one operation after the other. The values that are still
   * needed are in memory, or in temporary files where they are larger than a quarter of the heap.
   *
   * @param samples for the name of each input {@code [samples, ...]}, at least one; some hundred
   *     small images, or some dozen large ones, do
   * @throws IllegalArgumentException if the quantizer has no scale a row, a tensor is missing or
   *     does not fit, the samples are none or not finite, no layer would become ternary, or a
   *     weight is NaN or infinite
   */
  public static QuantizedGraph calibrate(
      Graph graph, Map<String, Tensor> samples, QuantizeOptions options) {
    if (!(options.quantizer().granularity() instanceof Granularity.PerRow)) {
      throw new IllegalArgumentException(
          "calibration fits one scale a row, got a quantizer with scales "
              + options.quantizer().granularity());
    }
    return Calibration.run(graph, samples, options, Choice.of(graph, options));
  }
}
