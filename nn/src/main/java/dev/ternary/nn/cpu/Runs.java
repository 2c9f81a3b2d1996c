package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.graph.Moves;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Operations along one dimension: what lies behind that dimension is copied as one run. */
sealed interface Runs extends Operator {

  @Override
  default long work(List<Shape> in, Shape out) {
    return in.stream().mapToLong(Shape::elements).sum();
  }

  /** Elements of one place of dimension {@code axis}. */
  private static long inner(Shape shape, int axis) {
    long inner = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      inner *= shape.dim(i);
    }
    return inner;
  }

  /** Runs a part for {@code outer} places on the threads of the run. */
  private static Runnable shared(Memory memory, long outer, long bytes, Parallelism.Part part) {
    int count = Math.toIntExact(outer);
    int least = (int) Math.ceilDiv((long) Blocks.LEAST * Float.BYTES * Staged.BLOCK, bytes);
    return () -> memory.parallelism().forParts(count, 1, least, part);
  }

  /**
   * A part along one dimension.
   *
   * @param slice which part
   */
  record Slice(Operation.Slice slice) implements Runs {
    @Override
    public Runnable bind(Memory memory, List<Operand> in, Operand out) {
      Operand x = in.getFirst();
      int axis = Moves.axis(slice.axis(), x.shape());
      long size = x.shape().dim(axis);
      long count = out.shape().dim(axis);
      long bytes = Float.BYTES * inner(x.shape(), axis);
      long outer = out.values().byteSize() / (count * bytes);
      long first = Moves.place(slice.from(), size);
      // Neighbours are one run.
      long runs = slice.step() == 1 ? 1 : count;
      long runBytes = count / runs * bytes;
      return shared(
          memory,
          outer,
          count * bytes,
          (_, start, end) -> {
            for (long o = start; o < end; o++) {
              for (long i = 0; i < runs; i++) {
                long from = (o * size + first + i * slice.step()) * bytes;
                MemorySegment.copy(
                    x.values(), from, out.values(), (o * count + i) * bytes, runBytes);
              }
            }
          });
    }
  }

  /**
   * Values one after the other along one dimension.
   *
   * @param wanted the dimension, or negative from the end
   */
  record Concat(int wanted) implements Runs {
    @Override
    public Runnable bind(Memory memory, List<Operand> in, Operand out) {
      int axis = Moves.axis(wanted, out.shape());
      long inner = Float.BYTES * inner(out.shape(), axis);
      long row = out.shape().dim(axis) * inner;
      long outer = out.values().byteSize() / row;
      return shared(
          memory,
          outer,
          row,
          (_, start, end) -> {
            long at = 0;
            for (Operand x : in) {
              long bytes = x.shape().dim(axis) * inner;
              for (long o = start; o < end; o++) {
                MemorySegment.copy(x.values(), o * bytes, out.values(), o * row + at, bytes);
              }
              at += bytes;
            }
          });
    }
  }

  /**
   * One number for all along one dimension.
   *
   * @param reduce which number, along which
   */
  record Reduction(Operation.Reduce reduce) implements Runs {
    @Override
    public Runnable bind(Memory memory, List<Operand> in, Operand out) {
      Operand x = in.getFirst();
      int axis = Moves.axis(reduce.axis(), x.shape());
      int size = (int) x.shape().dim(axis);
      int inner = (int) inner(x.shape(), axis);
      long outer = out.values().byteSize() / Float.BYTES / inner;
      float[] values = new float[inner];
      double[] sums = new double[inner];
      return () -> {
        for (long o = 0; o < outer; o++) {
          Arrays.fill(
              sums, reduce.kind() == Operation.Reduce.Kind.MAX ? Double.NEGATIVE_INFINITY : 0);
          for (int i = 0; i < size; i++) {
            Staged.load(x.values(), (o * size + i) * inner, values, inner);
            add(values, sums);
          }
          for (int k = 0; k < inner; k++) {
            boolean mean = reduce.kind() == Operation.Reduce.Kind.MEAN;
            values[k] = (float) (mean ? sums[k] / size : sums[k]);
          }
          Staged.store(values, out.values(), o * inner, inner);
        }
      };
    }

    private void add(float[] values, double[] sums) {
      switch (reduce.kind()) {
        case MEAN, SUM -> {
          for (int k = 0; k < values.length; k++) {
            sums[k] += values[k];
          }
        }
        case MAX -> {
          for (int k = 0; k < values.length; k++) {
            sums[k] = Math.max(sums[k], values[k]);
          }
        }
      }
    }
  }
}
