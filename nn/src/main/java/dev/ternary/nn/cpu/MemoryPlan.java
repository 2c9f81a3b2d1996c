package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which value lies in which slot of memory. A slot serves one value after another: once the last
 * reader of a value has run, and at once where an operator may write over its input. A value that
 * is another seen as a different shape lies where that one lies. Constants keep their slots, and so
 * do outputs of the graph from where they are made.
 *
 * @param slots the slots
 * @param places the slot of each value
 */
record MemoryPlan(List<Slot> slots, Map<String, Integer> places) {

  /**
   * Memory of one value after another.
   *
   * @param size floats of one sample
   * @param oneForAll whether all samples have the same: a constant that is read so
   */
  record Slot(long size, boolean oneForAll) {}

  static MemoryPlan of(Program program, Map<String, Shape> shapes) {
    var planner = new Planner(program, shapes);
    program.steps().forEach(planner::place);
    Set<Integer> oneForAll = oneForAll(program, planner.places);
    List<Slot> slots = new ArrayList<>();
    for (int slot = 0; slot < planner.slots.size(); slot++) {
      slots.add(new Slot(planner.slots.get(slot), oneForAll.contains(slot)));
    }
    return new MemoryPlan(List.copyOf(slots), Map.copyOf(planner.places));
  }

  /** The slots of constants that nobody needs once a sample. */
  private static Set<Integer> oneForAll(Program program, Map<String, Integer> places) {
    Set<Integer> slots = new HashSet<>();
    for (Step step : program.steps()) {
      step.constant().ifPresent(_ -> slots.add(place(places, step.name())));
    }
    for (Step step : program.steps()) {
      for (int i = 0; i < step.inputs().size(); i++) {
        int input = i;
        if (!step.operator().map(operator -> operator.repeats(input)).orElse(true)) {
          slots.remove(place(places, step.inputs().get(i)));
        }
      }
    }
    program.outputs().forEach(name -> slots.remove(place(places, name)));
    return slots;
  }

  /** Floats that a run keeps for each sample. */
  long perSample() {
    return slots.stream().filter(slot -> !slot.oneForAll()).mapToLong(Slot::size).sum();
  }

  int place(String name) {
    return place(places, name);
  }

  private static int place(Map<String, Integer> places, String name) {
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

    Planner(Program program, Map<String, Shape> shapes) {
      this.shapes = shapes;
      program.outputs().forEach(name -> uses.merge(name, 1, Integer::sum));
      for (Step step : program.steps()) {
        step.inputs().forEach(name -> uses.merge(name, 1, Integer::sum));
        step.constant().ifPresent(_ -> uses.merge(step.name(), 1, Integer::sum));
      }
      // Inputs are filled together, so none may lie where another was.
      program.inputs().forEach(input -> put(input, acquire(input)));
      program.steps().stream()
          .filter(step -> step.constant().isPresent())
          .forEach(step -> put(step.name(), acquire(step.name())));
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
      if (places.containsKey(step.name())) {
        return;
      }
      if (step.operator().isEmpty()) {
        put(step.name(), place(step.inputs().getFirst()));
      } else {
        put(step.name(), target(step, step.operator().get()));
      }
      for (String input : step.inputs()) {
        readers.merge(place(input), -1, Integer::sum);
      }
      for (String input : step.inputs()) {
        release(place(input));
      }
      release(place(step.name()));
    }

    private void release(int slot) {
      if (readers.getOrDefault(slot, 0) == 0 && !free.contains(slot)) {
        free.add(slot);
      }
    }

    private int target(Step step, Operator operator) {
      for (int i = 0; i < step.inputs().size(); i++) {
        String input = step.inputs().get(i);
        int slot = place(input);
        if (operator.inPlace(i)
            && readers.getOrDefault(slot, 0) == 1
            && size(input) == size(step.name())) {
          return slot;
        }
      }
      return acquire(step.name());
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
