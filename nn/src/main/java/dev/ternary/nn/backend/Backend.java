package dev.ternary.nn.backend;

import dev.ternary.nn.graph.Graph;

/** Runs graphs on some hardware: repacks their weights for it and plans memory. */
public interface Backend {

  /** Such as {@code cpu}. */
  String name();

  /**
   * Makes a graph ready to run.
   *
   * @return does not need the memory of the graph's weights any more
   * @throws IllegalArgumentException if an operation cannot run; the message names it
   */
  PreparedGraph prepare(Graph graph);
}
