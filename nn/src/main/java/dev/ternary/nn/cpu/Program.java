package dev.ternary.nn.cpu;

import java.util.List;

/**
 * The steps of a graph.
 *
 * @param inputs the names of the values that come in
 * @param steps what runs, in this order
 * @param outputs the names in memory of the values that go out
 */
record Program(List<String> inputs, List<Step> steps, List<String> outputs) {

  Program {
    inputs = List.copyOf(inputs);
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
  }
}
