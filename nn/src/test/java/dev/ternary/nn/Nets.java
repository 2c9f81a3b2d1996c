package dev.ternary.nn;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import java.util.List;

/** Parts of networks that several tests need. */
final class Nets {

  private Nets() {}

  /** The sum of two ways from one value, called {@code name}; an empty way is the value itself. */
  static String residual(
      Graph.Builder graph,
      String name,
      String from,
      List<Operation> body,
      List<Operation> shortcut) {
    String first = graph.sequence(name + ".body.", from, body);
    String second = graph.sequence(name + ".shortcut.", from, shortcut);
    return graph.add(name, new Operation.Add(), first, second);
  }
}
