package dev.ternary.nn.graph;

import java.util.List;
import java.util.Objects;

/**
 * One operation on named values.
 *
 * @param name the name of the value that it makes
 * @param operation what it computes
 * @param inputs the names of the values that it reads, in order
 */
public record Node(String name, Operation operation, List<String> inputs) {
  public Node {
    Names.check("layer", name);
    Objects.requireNonNull(operation, "operation");
    inputs = List.copyOf(inputs);
  }

  /** What errors call it, such as {@code layer 3 (TernaryLinear)}. */
  public String title() {
    return "layer " + name + " (" + operation.typeName() + ")";
  }

  /** The same value from another operation. */
  public Node with(Operation other) {
    return other.equals(operation) ? this : new Node(name, other, inputs);
  }
}
