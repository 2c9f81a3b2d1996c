package dev.ternary.nn.graph;

import dev.ternary.formats.file.Text;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What must hold between the parts of a graph, its shapes apart. */
final class GraphChecks {

  private GraphChecks() {}

  static void names(List<Input> inputs, List<Node> nodes, List<String> outputs) {
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw new IllegalArgumentException("a graph needs at least one input and one output");
    }
    var known = new HashSet<String>();
    for (Input input : inputs) {
      requireNew(known, input.name());
    }
    for (Node node : nodes) {
      for (String name : node.inputs()) {
        if (!known.contains(name)) {
          throw new IllegalArgumentException(
              node.title()
                  + ": no value "
                  + Text.quote(name)
                  + " was made before it, known are "
                  + known.stream().sorted().limit(20).toList());
        }
      }
      requireNew(known, node.name());
    }
    if (new HashSet<>(outputs).size() != outputs.size() || !known.containsAll(outputs)) {
      throw new IllegalArgumentException(
          "the outputs must be different values of the graph, got "
              + outputs.stream().map(Text::quote).toList());
    }
  }

  private static void requireNew(Set<String> known, String name) {
    if (!known.add(name)) {
      throw new IllegalArgumentException(
          "two values have the name " + Text.quote(name) + "; each needs its own");
    }
  }

  static void free(List<Input> inputs) {
    var free = new HashMap<String, Dim>();
    for (Input input : inputs) {
      for (Dim dim : input.dims().list()) {
        if (dim instanceof Dim.Free(var name, _, _)) {
          Dim before = free.putIfAbsent(name, dim);
          if (before != null && !before.equals(dim)) {
            throw new IllegalArgumentException(
                "the free dimension '" + name + "' must have the same bounds everywhere");
          }
        }
      }
    }
  }
}
