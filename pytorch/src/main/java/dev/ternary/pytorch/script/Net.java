package dev.ternary.pytorch.script;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The graph while it is put together. Values are called as the modules that make them, and with the
 * name of the operation behind it where a module has several.
 */
final class Net {

  private final Graph.Builder builder = Graph.builder();
  private final Set<String> names = new HashSet<>();
  private final Map<String, Value.Flow> reshaped = new HashMap<>();
  private Place place = new Place("", false);

  /**
   * Where in the module the program is.
   *
   * @param path the names of modules from the outermost
   * @param leaf whether the module has none inside
   */
  record Place(String path, boolean leaf) {}

  /** Goes to another place; returns the one before. */
  Place enter(Place other) {
    Place before = place;
    place = other;
    return before;
  }

  /** An input; what it was called is a wish. */
  Value.Flow input(String name, Shape shape) {
    String free = free(name);
    builder.input(free, shape);
    return Value.Flow.of(free, shape);
  }

  private String free(String wish) {
    String name = wish;
    for (int i = 2; !names.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }

  private String name(String kind) {
    if (place.path().isEmpty()) {
      return free(kind);
    }
    return free(place.leaf() ? place.path() : place.path() + "." + kind);
  }

  private String node(String kind, Operation operation, Value.Flow... from) {
    String[] inputs = new String[from.length];
    for (int i = 0; i < from.length; i++) {
      inputs[i] = from[i].node();
    }
    return builder.add(name(kind), operation, inputs);
  }

  /** The result of an operation in memory of its own. */
  Value.Flow add(String kind, Operation operation, Value.Flow... from) {
    String node = node(kind, operation, from);
    return Value.Flow.of(node, builder.shape(node));
  }

  /** Another view of the memory of a value. */
  Value.Flow view(String kind, Operation operation, Value.Flow from) {
    String node = node(kind, operation, from);
    return from.view(node, builder.shape(node));
  }

  /** A tensor that is the same for each sample. */
  Value.Flow constant(Tensor tensor) {
    return add("constant", new Operation.Constant(tensor));
  }

  /** The same elements in another shape; of several such changes the last one counts. */
  Value.Flow reshape(Value.Flow from, List<Long> dims) {
    Shape shape = Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    Value.Flow base = reshaped.getOrDefault(from.node(), from);
    if (shape.equals(base.shape())) {
      return from.view(base.node(), shape);
    }
    Operation operation =
        dims.size() == 1
            ? new Operation.Flatten()
            : new Operation.Reshape(dims.stream().map(Math::toIntExact).toList());
    String node = node(dims.size() == 1 ? "flatten" : "reshape", operation, base);
    reshaped.put(node, Value.Flow.of(base.node(), base.shape()));
    return from.view(node, shape);
  }

  /** The graph without the values that no output needs. */
  Graph build(List<Value.Flow> outputs) {
    var wanted = new LinkedHashSet<String>();
    outputs.forEach(output -> wanted.add(output.node()));
    if (wanted.size() < outputs.size()) {
      throw new IllegalArgumentException("gives the same value twice");
    }
    wanted.forEach(builder::output);
    Graph whole = builder.build();
    List<Node> kept = new ArrayList<>();
    for (Node node : whole.nodes().reversed()) {
      if (wanted.contains(node.name())) {
        kept.addFirst(node);
        wanted.addAll(node.inputs());
      }
    }
    return new Graph(whole.inputs(), kept, whole.outputs(), whole.info());
  }
}
