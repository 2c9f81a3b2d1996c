package dev.ternary.nn;

import dev.ternary.nn.graph.Input;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says which inputs hold NaN or an infinity, and where. */
final class FiniteInputs {

  private FiniteInputs() {}

  /**
   * What is wrong with a batch; empty where all of it is finite. Of several inputs all are named
   * that are not: which of them the network could not bear is not known.
   */
  static Optional<String> fault(List<Input> inputs, List<Shape> shapes, int count, Batches batch) {
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Optional<String> where = where(shapes.get(i), i, count, batch);
      if (where.isPresent()) {
        String name = inputs.get(i).name();
        boolean only = inputs.size() == 1 && name.equals("x");
        faults.add((only ? "the input" : "the input '" + name + "'") + where.get());
      }
    }
    return faults.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", faults));
  }

  private static Optional<String> where(Shape shape, int input, int count, Batches batch) {
    long size = shape.elements();
    for (long i = 0; i < count * size; i++) {
      float value = batch.value(input, i);
      if (!Float.isFinite(value)) {
        return Optional.of(
            " must be finite, got "
                + value
                + " in sample "
                + i / size
                + " at index "
                + Shape.of(shape.indexOf(i % size)));
      }
    }
    return Optional.empty();
  }
}
