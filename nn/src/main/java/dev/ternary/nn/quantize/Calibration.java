package dev.ternary.nn.quantize;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Operation.PostOp;
import dev.ternary.quant.Quantized;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Runs the float and the ternary network side by side, and fits layer after layer. */
final class Calibration {

  private static final int MOST_COLS = 8192;

  private final Graph graph;
  private final QuantizeOptions options;
  private final Choice choice;
  private final Parallelism threads;
  private final NodeRunner runner;
  private final Map<String, Shape> shapes;
  private final Map<String, Integer> lastReader = new HashMap<>();

  /** The values of the float and of the ternary network; one object where they are the same. */
  private final Map<String, Values> meant = new HashMap<>();

  private final Map<String, Values> seen = new HashMap<>();
  private final List<LayerReport> reports = new ArrayList<>();

  private Calibration(
      Graph graph,
      Map<String, Tensor> samples,
      QuantizeOptions options,
      Choice choice,
      Parallelism threads) {
    this.graph = graph;
    this.options = options;
    this.choice = choice;
    this.threads = threads;
    this.runner = new NodeRunner(options.running().withParallelism(threads), graph, samples);
    this.shapes = runner.shapes();
    for (Input input : graph.inputs()) {
      Values values = runner.input(input.name());
      meant.put(input.name(), values);
      seen.put(input.name(), values);
    }
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String input : graph.nodes().get(i).inputs()) {
        lastReader.put(input, i);
      }
    }
  }

  static QuantizedGraph run(
      Graph graph, Map<String, Tensor> samples, QuantizeOptions options, Choice choice) {
    Optional<Parallelism> given = options.running().parallelism();
    Parallelism threads = given.orElseGet(Parallelism::ofCores);
    try {
      return new Calibration(graph, samples, options, choice, threads).run();
    } finally {
      if (given.isEmpty()) {
        threads.close();
      }
    }
  }

  private QuantizedGraph run() {
    try {
      List<Node> nodes = new ArrayList<>();
      int count = graph.nodes().size();
      int end = 0;
      for (int i = 0; i < count; i++) {
        end = fits(graph.nodes().get(i)) ? i + 1 : end;
      }
      for (int i = 0; i < count; i++) {
        Node node = graph.nodes().get(i);
        nodes.add(i < end ? step(node) : node);
        free(i);
        options.progress().at(i + 1, count, node.name());
      }
      var fitted = new Graph(graph.inputs(), nodes, graph.outputs(), graph.info());
      return new QuantizedGraph(fitted, reports, choice.kept());
    } finally {
      meant.values().forEach(Values::close);
      seen.values().forEach(Values::close);
    }
  }

  private boolean fits(Node node) {
    return choice.ternary().contains(node.name())
        || node.operation() instanceof Operation.BatchNorm;
  }

  /** One operation of both networks; gives that of the ternary one. */
  private Node step(Node node) {
    boolean same = node.inputs().stream().allMatch(input -> meant.get(input) == seen.get(input));
    if (choice.ternary().contains(node.name())) {
      return ternary(node);
    }
    Values exact = runner.run(node, meant);
    meant.put(node.name(), exact);
    if (same) {
      seen.put(node.name(), exact);
      return node;
    }
    Node moved = node;
    if (node.operation() instanceof Operation.BatchNorm norm) {
      String input = node.inputs().getFirst();
      moved = node.with(NormFit.fit(norm, of(seen, input), of(meant, input)));
    }
    seen.put(node.name(), runner.run(moved, seen));
    return moved;
  }

  private static Values of(Map<String, Values> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  private Node ternary(Node node) {
    Operation operation;
    if (node.operation() instanceof Operation.Product product) {
      operation = product(node, product);
    } else {
      meant.put(node.name(), runner.run(node, meant));
      operation = byWeights(node);
    }
    Node fitted = node.with(operation);
    seen.put(node.name(), runner.run(fitted, seen));
    return fitted;
  }

  private Operation product(Node node, Operation.Product product) {
    Node bare = node.with(product.with(product.values(), product.bias(), PostOp.NONE));
    String input = node.inputs().getFirst();
    Values exact = runner.run(bare, meant);
    meant.put(node.name(), exact);
    var windows = new Windows(product, of(meant, input).sample(), exact.sample());
    Operation operation;
    if (windows.cols() > MOST_COLS) {
      operation = byWeights(node);
    } else {
      var fitted =
          new LayerFit(node, windows, options, threads)
              .fit(of(seen, input), exact, onlyNormed(node));
      reports.add(fitted.report());
      operation = fitted.operation();
    }
    if (product.post() == PostOp.RELU) {
      var relu = new Node(node.name(), new Operation.Relu(), List.of(node.name()));
      Values after = runner.run(relu, meant);
      meant.put(node.name(), after);
      exact.close();
    }
    return operation;
  }

  private Operation byWeights(Node node) {
    Quantized quantized = Choice.quantized(node, options);
    reports.add(new LayerReport(node.name(), quantized.report(), Optional.empty()));
    return Choice.ternary(node.operation(), quantized, options);
  }

  /** Whether a batch norm of the same features reads the layer's output, and nobody else. */
  private boolean onlyNormed(Node node) {
    List<Node> readers =
        graph.nodes().stream().filter(other -> other.inputs().contains(node.name())).toList();
    boolean features =
        node.operation() instanceof Operation.Conv2d
            || Objects.requireNonNull(shapes.get(node.name())).rank() == 1;
    return features
        && readers.size() == 1
        && readers.getFirst().operation() instanceof Operation.BatchNorm
        && !graph.outputs().contains(node.name())
        && ((Operation.Product) node.operation()).post() == PostOp.NONE;
  }

  /** Frees what nobody reads after an operation. */
  private void free(int index) {
    List<String> done = new ArrayList<>(graph.nodes().get(index).inputs());
    done.add(graph.nodes().get(index).name());
    for (String name : done) {
      if (lastReader.getOrDefault(name, -1) <= index) {
        Optional.ofNullable(meant.remove(name)).ifPresent(Values::close);
        Optional.ofNullable(seen.remove(name)).ifPresent(Values::close);
      }
    }
  }
}
