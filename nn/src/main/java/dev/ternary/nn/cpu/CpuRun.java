package dev.ternary.nn.cpu;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

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
      List<FloatMatrix> slots = new ArrayList<>();
      for (long size : layout.memory().slots()) {
        slots.add(memory.floats(samples, Math.toIntExact(size)));
      }
      Graph graph = layout.graph();
      List<String> names = new ArrayList<>();
      List<Runnable> all = new ArrayList<>();
      for (Step step : layout.steps()) {
        Node node = step.node();
        Operand out = operand(layout, slots, node.name());
        step.constant().ifPresent(value -> fill(out, value));
        step.operator()
            .ifPresent(operator -> {
              List<Operand> in =
                  node.inputs().stream().map(name -> operand(layout, slots, name)).toList();
              all.add(operator.bind(memory, in, out));
              names.add(node.title());
            });
      }
      inputs =
          graph.inputs().stream()
              .map(input -> operand(layout, slots, input.name()).matrix())
              .toArray(FloatMatrix[]::new);
      outputs =
          graph.outputs().stream()
              .map(name -> operand(layout, slots, name).matrix())
              .toArray(FloatMatrix[]::new);
      titles = names.toArray(String[]::new);
      runs = all.toArray(Runnable[]::new);
      bound = true;
    } finally {
      if (!bound) {
        memory.close();
      }
    }
  }

  private Operand operand(Layout layout, List<FloatMatrix> slots, String name) {
    Shape shape = layout.shape(name);
    int size = Math.toIntExact(shape.elements());
    FloatMatrix slot = slots.get(layout.memory().place(name));
    long bytes = (long) Float.BYTES * samples * size;
    return new Operand(shape, new FloatMatrix(samples, size, slot.values().asSlice(0, bytes)));
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
}
