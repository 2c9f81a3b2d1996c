package dev.ternary.nn.graph;

import dev.ternary.formats.file.Text;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Puts a graph together value by value. Shapes are checked as values are added, so that a mistake
 * is met where it is made. For one thread.
 */
public final class GraphBuilder {

  private final List<Input> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private final Map<String, Shape> shapes = new HashMap<>();
  private ModelInfo info = ModelInfo.none();

  GraphBuilder() {}

  /**
   * Adds an input of a fixed shape.
   *
   * @param shape of one sample, without the batch
   * @return its name
   */
  public String input(String name, Shape shape) {
    return input(name, Dims.of(shape));
  }

  /** Adds an input whose dimensions may be free. */
  public String input(String name, Dims dims) {
    inputs.add(new Input(name, dims));
    shapes.put(name, dims.most());
    return name;
  }

  /**
   * Adds an operation.
   *
   * @param name the name of the value that it makes
   * @param from the values that it reads, in order
   * @return {@code name}
   * @throws IllegalArgumentException if a value is unknown or the shapes do not fit
   */
  public String add(String name, Operation operation, String... from) {
    var node = new Node(name, operation, List.of(from));
    for (String input : node.inputs()) {
      if (!shapes.containsKey(input)) {
        throw new IllegalArgumentException(
            node.title() + ": no value " + Text.quote(input) + " was made before it");
      }
    }
    Shapes.infer(List.of(node), shapes);
    nodes.add(node);
    return name;
  }

  /**
   * Adds operations one after the other, each on the value of the one before; their values are
   * called {@code prefix} and their number.
   *
   * @return the name of the last value, {@code from} if there is no operation
   */
  public String sequence(String prefix, String from, List<? extends Operation> operations) {
    String last = from;
    for (int i = 0; i < operations.size(); i++) {
      last = add(prefix + i, operations.get(i), last);
    }
    return last;
  }

  /** The shape of a value, with the largest sizes of free dimensions. */
  public Shape shape(String name) {
    return Objects.requireNonNull(shapes.get(name), "no value '" + name + "'");
  }

  /** Makes a value an output. */
  public GraphBuilder output(String name) {
    outputs.add(name);
    return this;
  }

  /** Says what inputs and outputs mean. */
  public GraphBuilder info(ModelInfo about) {
    info = about;
    return this;
  }

  /** The graph. */
  public Graph build() {
    return new Graph(inputs, nodes, outputs, info);
  }
}
