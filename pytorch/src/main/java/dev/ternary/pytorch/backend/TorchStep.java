package dev.ternary.pytorch.backend;

import dev.ternary.nn.graph.Node;
import java.util.Set;

/**
 * A node that is ready to run.
 *
 * @param dead the values that nobody reads after it
 */
record TorchStep(Node node, TorchOperator operator, Set<String> dead) {
  TorchStep {
    dead = Set.copyOf(dead);
  }
}
