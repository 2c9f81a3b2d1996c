package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A graph whose shapes are all known, and where its values lie.
 *
 * @param program what runs
 * @param shapes the shape of one sample of each value, without regard to its order in memory
 * @param memory the slots of the values
 */
record Layout(Program program, Map<String, Shape> shapes, MemoryPlan memory) {

  /** Where the values of the graph have these shapes. */
  static Layout of(Program program, Map<String, Shape> values) {
    Map<String, Shape> shapes = new HashMap<>();
    for (String input : program.inputs()) {
      shapes.put(input, Objects.requireNonNull(values.get(input)));
    }
    for (Step step : program.steps()) {
      shapes.put(step.name(), Objects.requireNonNull(values.get(step.placed().value())));
    }
    return new Layout(program, Map.copyOf(shapes), MemoryPlan.of(program, shapes));
  }

  Shape shape(String name) {
    return Objects.requireNonNull(shapes.get(name));
  }

  /** The dimensions in memory of what a step reads. */
  List<Shape> in(Step step) {
    List<Shape> in = new ArrayList<>();
    for (int i = 0; i < step.inputs().size(); i++) {
      in.add(step.placed().reads().get(i).lying(shape(step.inputs().get(i))));
    }
    return in;
  }

  /** The dimensions in memory of what a step makes. */
  Shape out(Step step) {
    return step.placed().order().lying(shape(step.name()));
  }

  /** Multiplications for one sample, about. */
  long work() {
    long work = 0;
    for (Step step : program.steps()) {
      work += step.operator().map(operator -> operator.work(in(step), out(step))).orElse(0L);
    }
    return work;
  }
}
