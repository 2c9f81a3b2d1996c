package dev.ternary.nn.cpu;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A run on the processor, bound to its memory. */
final class CpuRun implements PlannedRun {

  private final int samples;
  private final Memory memory;
  private final FloatMatrix[] inputs;
  private final FloatMatrix[] outputs;
  private final String[] titles;
  private final Runnable[] runs;

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  CpuRun(Layout layout, int samples, Parallelism threads) {
    this.samples = samples;
    memory = new Memory(threads);
    boolean bound = false;
    try {
      var values = new Values(layout, samples, memory);
      List<String> names = new ArrayList<>();
      List<Runnable> all = new ArrayList<>();
      for (Step step : layout.program().steps()) {
        Operand out = values.operand(step.name(), layout.out(step));
        step.constant().ifPresent(value -> fill(out, value));
        step.operator()
            .ifPresent(operator -> {
              all.add(operator.bind(memory, values.in(step), out));
              names.add(step.placed().task().title());
            });
      }
      inputs = values.matrices(layout.program().inputs());
      outputs = values.matrices(layout.program().outputs());
      titles = names.toArray(String[]::new);
      runs = all.toArray(Runnable[]::new);
      bound = true;
    } finally {
      if (!bound) {
        memory.close();
      }
    }
  }

  private static void fill(Operand out, float[] value) {
    for (int sample = 0; sample < out.samples(); sample++) {
      Staged.store(value, out.values(), (long) sample * value.length, value.length);
    }
  }

  @Override
  public int samples() {
    return samples;
  }

  @Override
  public FloatMatrix input(int index) {
    return inputs[index];
  }

  @Override
  public FloatMatrix output(int index) {
    return outputs[index];
  }

  @Override
  public void run() {
    for (int i = 0; i < runs.length; i++) {
      try {
        runs[i].run();
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(titles[i] + ": " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void close() {
    memory.close();
  }

  /** The values of a run in their slots. */
  private static final class Values {
    private final Layout layout;
    private final List<FloatMatrix> slots = new ArrayList<>();
    private final Map<String, FloatMatrix> maxima = new HashMap<>();

    Values(Layout layout, int samples, Memory memory) {
      this.layout = layout;
      for (MemoryPlan.Slot slot : layout.memory().slots()) {
        int rows = slot.oneForAll() ? 1 : samples;
        slots.add(memory.floats(rows, Math.toIntExact(slot.size())));
      }
      Set<String> wanted = wantedMaxima(layout.program());
      for (Step step : layout.program().steps()) {
        if (step.operator().filter(Operator::writesMaxima).isPresent()
            && wanted.contains(step.name())) {
          maxima.put(step.name(), memory.floats(samples, 1));
        }
      }
    }

    private static Set<String> wantedMaxima(Program program) {
      Set<String> wanted = new HashSet<>();
      for (Step step : program.steps()) {
        for (int i = 0; i < step.inputs().size(); i++) {
          if (step.operator().isPresent() && step.operator().get().readsMaxima(i)) {
            wanted.add(step.inputs().get(i));
          }
        }
      }
      return wanted;
    }

    /** What a step reads. */
    List<Operand> in(Step step) {
      List<Shape> shapes = layout.in(step);
      List<Operand> in = new ArrayList<>();
      for (int i = 0; i < shapes.size(); i++) {
        in.add(operand(step.inputs().get(i), shapes.get(i)));
      }
      return in;
    }

    Operand operand(String name, Shape shape) {
      int size = Math.toIntExact(shape.elements());
      FloatMatrix slot = slots.get(layout.memory().place(name));
      long bytes = (long) Float.BYTES * slot.rows() * size;
      var matrix = new FloatMatrix(slot.rows(), size, slot.values().asSlice(0, bytes));
      return new Operand(shape, matrix, Optional.ofNullable(maxima.get(name)));
    }

    FloatMatrix[] matrices(List<String> names) {
      return names.stream()
          .map(name -> operand(name, layout.shape(name)).matrix())
          .toArray(FloatMatrix[]::new);
    }
  }
}
