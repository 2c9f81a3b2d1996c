package dev.ternary.nn.cpu;

import dev.ternary.nn.graph.Operation;
import java.util.List;

/**
 * What one operator shall do: a node of the graph, or several that were put together.
 *
 * @param name the value that it makes
 * @param title what errors call it
 * @param operation what it computes; a convolution with a second input adds that to its results,
 *     before what follows it
 * @param inputs the values that it reads
 */
record Task(String name, String title, Operation operation, List<String> inputs) {

  Task {
    inputs = List.copyOf(inputs);
  }
}
