package dev.ternary.nn.cpu;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A graph whose shapes are all known, and where its values lie.
 *
 * @param graph the graph
 * @param steps its nodes with what runs them
 * @param shapes the shape of one sample of each value
 * @param memory the slots of the values
 */
record Layout(Graph graph, List<Step> steps, Map<String, Shape> shapes, MemoryPlan memory) {

  static Layout of(Graph graph, List<Step> steps, Map<String, Shape> shapes) {
    return new Layout(graph, steps, shapes, MemoryPlan.of(graph, steps, shapes));
  }

  Shape shape(String name) {
    return Objects.requireNonNull(shapes.get(name));
  }

  /** The shapes of what a node reads. */
  List<Shape> in(Node node) {
    return node.inputs().stream().map(this::shape).toList();
  }
}
