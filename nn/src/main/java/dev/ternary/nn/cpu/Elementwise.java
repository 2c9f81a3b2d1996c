package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The sum or product of two values, with NumPy's broadcasting.
 *
 * @param function which
 */
record Elementwise(PairFunction function) implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public boolean inPlace(int index) {
    return true;
  }

  @Override
  public boolean repeats(int index) {
    return true;
  }

  @Override
  public boolean writesMaxima() {
    return true;
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    Operand a = in.get(0);
    Operand b = in.get(1);
    if (a.size() == out.size() && b.size() == out.size() && !isRepeated(in, out)) {
      float[][] second = new float[memory.parallelism().threads()][Staged.BLOCK];
      return Blocks.of(
          memory,
          a,
          out,
          1,
          (worker, block, from, count) -> {
            Staged.load(b.values(), from, second[worker], count);
            apply(block, second[worker], count);
          });
    }
    return broadcast(memory, a, b, out);
  }

  private static boolean isRepeated(List<Operand> in, Operand out) {
    return in.stream().anyMatch(x -> x.samples() != out.samples());
  }

  private void apply(float[] left, float[] right, int count) {
    switch (function) {
      case ADD -> {
        for (int i = 0; i < count; i++) {
          left[i] += right[i];
        }
      }
      case MULTIPLY -> {
        for (int i = 0; i < count; i++) {
          left[i] *= right[i];
        }
      }
    }
  }

  private Runnable broadcast(Memory memory, Operand a, Operand b, Operand out) {
    Parallelism threads = memory.parallelism();
    Broadcast[] workers = new Broadcast[threads.threads()];
    Arrays.setAll(workers, worker -> new Broadcast(function, a, b, out));
    var maxima = new Maxima(out, threads.threads(), workers[0].size());
    int rows = workers[0].blocks();
    Parallelism.Part part =
        (worker, from, to) -> {
          for (int i = from; i < to; i++) {
            Broadcast mine = workers[worker];
            mine.run(i);
            maxima.add(worker, mine.sample(i), mine.start(i), mine.count(i));
          }
        };
    int least = Math.ceilDiv(Blocks.LEAST * Staged.BLOCK, workers[0].size());
    return () -> {
      threads.forParts(rows, 1, least, part);
      maxima.store();
    };
  }
}
