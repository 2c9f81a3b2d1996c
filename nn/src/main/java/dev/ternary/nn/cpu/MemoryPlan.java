package dev.ternary.nn.cpu;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Which value lies in which slot of memory. A slot serves one value after another: once the last
 * reader of a value has run, and at once where an operator may write over its input. A value that
 * is another seen as a different shape lies where that one lies. Constants keep their slots, and so
 * do outputs of the graph from where they are made.
 *
 * @param slots how many floats of one sample each slot holds
 * @param places the slot of each value
 */
record MemoryPlan(List<Long> slots, Map<String, Integer> places) {

  static MemoryPlan of(Graph graph, List<Step> steps, Map<String, Shape> shapes) {
    var planner = new Planner(graph, shapes);
    steps.forEach(planner::place);
    return new MemoryPlan(List.copyOf(planner.slots), Map.copyOf(planner.places));
  }

  int place(String name) {
    return Objects.requireNonNull(places.get(name));
  }

  private static final class Planner {
    private final Map<String, Shape> shapes;
    private final List<Long> slots = new ArrayList<>();
    private final List<Integer> free = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();

    /** How often what lies in a slot will still be read. */
    private final Map<Integer, Integer> readers = new HashMap<>();

    Planner(Graph graph, Map<String, Shape> shapes) {
      this.shapes = shapes;
      graph.outputs().forEach(name -> uses.merge(name, 1, Integer::sum));
      for (Node node : graph.nodes()) {
        node.inputs().forEach(name -> uses.merge(name, 1, Integer::sum));
        if (node.operation() instanceof Operation.Constant) {
          uses.merge(node.name(), 1, Integer::sum);
        }
      }
      // Inputs are filled together, so none may lie where another was.
      graph.inputs().forEach(input -> put(input.name(), acquire(input.name())));
      graph.nodes().stream()
          .filter(node -> node.operation() instanceof Operation.Constant)
          .forEach(node -> put(node.name(), acquire(node.name())));
    }

    private long size(String name) {
      return Objects.requireNonNull(shapes.get(name)).elements();
    }

    private int uses(String name) {
      return uses.getOrDefault(name, 0);
    }

    private int place(String name) {
      return Objects.requireNonNull(places.get(name));
    }

    private void put(String name, int slot) {
      places.put(name, slot);
      readers.merge(slot, uses(name), Integer::sum);
    }

    void place(Step step) {
      Node node = step.node();
      if (places.containsKey(node.name())) {
        return;
      }
      if (step.operator().isEmpty()) {
        put(node.name(), place(node.inputs().getFirst()));
      } else {
        put(node.name(), target(node, step.operator().get()));
      }
      for (String input : node.inputs()) {
        readers.merge(place(input), -1, Integer::sum);
      }
      for (String input : node.inputs()) {
        release(place(input));
      }
      release(place(node.name()));
    }

    private void release(int slot) {
      if (readers.getOrDefault(slot, 0) == 0 && !free.contains(slot)) {
        free.add(slot);
      }
    }

    private int target(Node node, Operator operator) {
      if (operator.inPlace()) {
        for (String input : node.inputs()) {
          int slot = place(input);
          if (readers.getOrDefault(slot, 0) == 1 && size(input) == size(node.name())) {
            return slot;
          }
        }
      }
      return acquire(node.name());
    }

    /** The smallest free slot that is large enough, or else the largest one, which grows. */
    private int acquire(String name) {
      long size = size(name);
      int best = -1;
      for (int slot : free) {
        if (best < 0 || better(slots.get(slot), slots.get(best), size)) {
          best = slot;
        }
      }
      if (best < 0) {
        slots.add(size);
        return slots.size() - 1;
      }
      free.remove(Integer.valueOf(best));
      slots.set(best, Math.max(size, slots.get(best)));
      return best;
    }

    private static boolean better(long slot, long best, long size) {
      return best >= size ? slot >= size && slot < best : slot > best;
    }
  }
}
