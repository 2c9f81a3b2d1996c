package dev.ternary.pytorch.backend;

import ai.djl.ndarray.NDManager;
import dev.ternary.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a run needs to know.
 *
 * @param steps the operations in their order
 * @param manager owns the weights
 * @param inputs the names of the inputs, in the graph's order
 * @param outputs those of the outputs
 * @param shapes one sample of each value
 */
record TorchPlan(
    List<TorchStep> steps,
    NDManager manager,
    List<String> inputs,
    List<String> outputs,
    Map<String, Shape> shapes) {

  TorchPlan {
    steps = List.copyOf(steps);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    shapes = Map.copyOf(shapes);
  }

  /** The shape of one sample of a value. */
  Shape shape(String name) {
    return Objects.requireNonNull(shapes.get(name), name);
  }
}
