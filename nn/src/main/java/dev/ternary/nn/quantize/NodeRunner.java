package dev.ternary.nn.quantize;

import dev.ternary.nn.Model;
import dev.ternary.nn.ModelOptions;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.Node;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs single operations of a graph on all samples, part by part. */
final class NodeRunner {

  /** Floats of the largest value in one part. */
  private static final long PART = 16L << 20;

  private final ModelOptions running;
  private final Graph graph;
  private final Map<String, Tensor> samples;
  private final Map<String, Shape> shapes;
  private final int perPart;
  private final int count;
  private final Store store = Store.ofHeap();

  NodeRunner(ModelOptions running, Graph graph, Map<String, Tensor> samples) {
    this.running = running;
    this.graph = graph;
    this.samples = samples;
    List<Shape> given = new ArrayList<>();
    for (Input input : graph.inputs()) {
      given.add(sample(input.name()));
    }
    this.count = Math.toIntExact(of(graph.inputs().getFirst().name()).shape().dim(0));
    for (Input input : graph.inputs()) {
      if (of(input.name()).shape().dim(0) != count || count < 1) {
        throw new IllegalArgumentException(
            "input '"
                + input.name()
                + "': expected at least one sample and as many as the others, got "
                + of(input.name()).shape());
      }
    }
    this.shapes = graph.shapes(given);
    long largest = shapes.values().stream().mapToLong(Shape::elements).max().orElseThrow();
    this.perPart = Math.clamp(PART / Math.max(1, largest), 1, count);
  }

  private Tensor of(String input) {
    Tensor tensor = samples.get(input);
    if (tensor == null || samples.size() != graph.inputs().size()) {
      throw new IllegalArgumentException(
          "expected samples for the inputs "
              + graph.inputs().stream().map(Input::name).toList()
              + ", got "
              + samples.keySet().stream().sorted().toList());
    }
    return tensor;
  }

  private Shape sample(String input) {
    Shape shape = of(input).shape();
    if (shape.rank() < 1) {
      throw new IllegalArgumentException(
          "input '" + input + "': expected samples [samples, ...], got a single number");
    }
    return Shape.of(Arrays.copyOfRange(shape.toArray(), 1, shape.rank()));
  }

  /** The shapes of all values for these samples. */
  Map<String, Shape> shapes() {
    return shapes;
  }

  private Shape shape(String name) {
    return Objects.requireNonNull(shapes.get(name), name);
  }

  /** The values of an input. */
  Values input(String name) {
    var values = new Values(shape(name), perPart);
    for (int from = 0; from < count; from += perPart) {
      Tensor part = of(name).slice(from, Math.min(count, from + perPart));
      values.add(Store.borrowed(part));
    }
    return values;
  }

  /** What an operation gives for these inputs; owned by the caller. */
  Values run(Node node, Map<String, Values> inputs) {
    // A constant reads nothing, but a graph needs an input.
    var names =
        new LinkedHashSet<>(
            node.inputs().isEmpty() ? List.of(graph.inputs().getFirst().name()) : node.inputs());
    Graph.Builder builder = Graph.builder();
    var from = new HashMap<String, Values>();
    for (String name : names) {
      builder.input(name, shape(name));
      from.put(name, node.inputs().isEmpty() ? input(name) : of(inputs, name));
    }
    String result = builder.add(names.contains("y") ? "y'" : "y", node.operation(), array(node));
    var values = new Values(shape(node.name()), perPart);
    try (Model model = Model.of(builder.output(result).build(), running)) {
      for (int part = 0; part < of(from, names.getFirst()).parts(); part++) {
        var batch = new HashMap<String, Tensor>();
        for (String name : names) {
          batch.put(name, of(from, name).part(part));
        }
        values.add(store.keep(Objects.requireNonNull(model.run(batch).get(result))));
      }
    } catch (IllegalArgumentException e) {
      values.close();
      throw new IllegalArgumentException(node.title() + ": " + e.getMessage(), e);
    }
    return values;
  }

  private static String[] array(Node node) {
    return node.inputs().toArray(String[]::new);
  }

  private static Values of(Map<String, Values> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }
}
