package dev.ternary.nn.run;

import dev.ternary.kernel.FloatMatrix;
import java.util.ArrayList;
import java.util.List;

/** Steps one after the other. */
public final class Chain implements Step {

  private final int inSize;
  private final List<Named> steps;

  /**
   * A step and what to call it in errors.
   *
   * @param name such as {@code layer 3 (TernaryLinear)}
   * @param step the step
   */
  public record Named(String name, Step step) {}

  /** A chain; without steps it copies. */
  public Chain(int inSize, List<Named> steps) {
    this.inSize = inSize;
    this.steps = List.copyOf(steps);
    int size = inSize;
    for (Named named : this.steps) {
      if (named.step().inSize() != size) {
        throw new AssertionError(
            named.name() + " takes " + named.step().inSize() + " elements, given " + size);
      }
      size = named.step().outSize();
    }
  }

  @Override
  public int inSize() {
    return inSize;
  }

  @Override
  public int outSize() {
    return steps.isEmpty() ? inSize : steps.getLast().step().outSize();
  }

  @Override
  public long work() {
    return steps.stream().mapToLong(named -> named.step().work()).sum();
  }

  /** Elements of the largest input and output of a step together, for one sample. */
  public long widest() {
    long widest = 2L * inSize;
    for (Named named : steps) {
      long inner = named.step() instanceof Sum sum ? sum.widest() : named.step().inSize();
      widest = Math.max(widest, inner + named.step().outSize());
    }
    return widest;
  }

  @Override
  public Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y) {
    if (steps.isEmpty()) {
      return () -> y.values().copyFrom(x.values());
    }
    // From the last step that needs another buffer on, all happens in y.
    int last = steps.size() - 1;
    while (last > 0 && steps.get(last).step().inPlace()) {
      last--;
    }
    List<Runnable> runs = new ArrayList<>();
    FloatMatrix current = x;
    boolean ours = false;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i).step();
      if (i < last && ours && step.inPlace()) {
        runs.add(step.bind(memory, current, current));
        continue;
      }
      FloatMatrix next = i >= last ? y : memory.floats(x.rows(), step.outSize());
      runs.add(step.bind(memory, current, next));
      if (ours) {
        memory.release(current);
      }
      ours = i < last;
      current = next;
    }
    return new Run(
        steps.stream().map(Named::name).toArray(String[]::new), runs.toArray(Runnable[]::new));
  }

  /** The bound steps. */
  private static final class Run implements Runnable {
    private final String[] names;
    private final Runnable[] runs;

    Run(String[] names, Runnable[] runs) {
      this.names = names;
      this.runs = runs;
    }

    @Override
    public void run() {
      for (int i = 0; i < runs.length; i++) {
        try {
          runs[i].run();
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(names[i] + ": " + e.getMessage(), e);
        }
      }
    }
  }

  @Override
  public void close() {
    steps.forEach(named -> named.step().close());
  }
}
