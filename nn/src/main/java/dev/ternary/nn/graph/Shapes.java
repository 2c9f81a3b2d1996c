package dev.ternary.nn.graph;

import dev.ternary.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The shapes of all values of a graph: the one walk over its nodes that infers them. */
final class Shapes {

  private Shapes() {}

  /** The shapes with the largest sizes; checks that all fits with the smallest too. */
  static Map<String, Shape> check(List<Input> inputs, List<Node> nodes) {
    var least = new HashMap<String, Shape>();
    var most = new HashMap<String, Shape>();
    boolean free = false;
    for (Input input : inputs) {
      Shape largest = OutputShapes.requireSize("input", input.dims().most());
      least.put(input.name(), input.dims().least());
      most.put(input.name(), largest);
      free |= !input.dims().isFixed();
    }
    infer(nodes, most);
    if (free) {
      infer(nodes, least);
    }
    return most;
  }

  /** Adds the shape of each node's value; a refusal says which node. */
  static void infer(List<Node> nodes, Map<String, Shape> shapes) {
    for (Node node : nodes) {
      List<Shape> in =
          node.inputs().stream().map(name -> Objects.requireNonNull(shapes.get(name))).toList();
      try {
        shapes.put(node.name(), node.operation().outputShape(in));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(node.title() + ": " + e.getMessage(), e);
      }
    }
  }
}
