package dev.ternary.nn.cpu;

import java.util.List;
import java.util.Optional;

/**
 * A step of the plan with what runs it.
 *
 * @param placed what it does, and how its values lie
 * @param operator empty where nothing runs
 * @param constant the value, where it is always the same
 */
record Step(OrderPlan.Placed placed, Optional<Operator> operator, Optional<float[]> constant) {

  /** The value that it makes. */
  String name() {
    return placed.task().name();
  }

  /** The values that it reads. */
  List<String> inputs() {
    return placed.task().inputs();
  }
}
