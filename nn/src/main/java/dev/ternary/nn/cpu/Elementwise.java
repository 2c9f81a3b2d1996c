package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The sum or product of two values, with NumPy's broadcasting.
 *
 * @param function which
 */
record Elementwise(Function function) implements Operator {

  /** What is made of two numbers. */
  enum Function {
    ADD,
    MULTIPLY
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public boolean inPlace() {
    return true;
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    Operand a = in.get(0);
    Operand b = in.get(1);
    if (a.shape().equals(b.shape())) {
      long count = out.values().byteSize() / Float.BYTES;
      float[] left = new float[Staged.size(count)];
      float[] right = new float[left.length];
      return () -> apply(a.values(), b.values(), out.values(), left, right);
    }
    return broadcast(a, b, out);
  }

  private void apply(
      MemorySegment a, MemorySegment b, MemorySegment y, float[] left, float[] right) {
    long count = y.byteSize() / Float.BYTES;
    for (long at = 0; at < count; at += left.length) {
      int n = (int) Math.min(left.length, count - at);
      Staged.load(a, at, left, n);
      Staged.load(b, at, right, n);
      switch (function) {
        case ADD -> {
          for (int i = 0; i < n; i++) {
            left[i] += right[i];
          }
        }
        case MULTIPLY -> {
          for (int i = 0; i < n; i++) {
            left[i] *= right[i];
          }
        }
      }
      Staged.store(left, y, at, n);
    }
  }

  private Runnable broadcast(Operand a, Operand b, Operand out) {
    RowWalk fromA = RowWalk.broadcast(a.shape(), out.shape());
    RowWalk fromB = RowWalk.broadcast(b.shape(), out.shape());
    float[] left = new float[a.size()];
    float[] right = new float[b.size()];
    float[] row = new float[fromA.length()];
    int rows = out.size() / row.length;
    return () -> {
      for (int sample = 0; sample < out.samples(); sample++) {
        Staged.load(a.values(), (long) sample * left.length, left, left.length);
        Staged.load(b.values(), (long) sample * right.length, right, right.length);
        for (int r = 0; r < rows; r++) {
          apply(left, fromA, right, fromB, row);
          Staged.store(row, out.values(), ((long) sample * rows + r) * row.length, row.length);
          fromA.next();
          fromB.next();
        }
      }
    };
  }

  private void apply(float[] left, RowWalk fromA, float[] right, RowWalk fromB, float[] row) {
    int l = fromA.place();
    int r = fromB.place();
    switch (function) {
      case ADD -> {
        for (int i = 0; i < row.length; i++) {
          row[i] = left[l + i * fromA.step()] + right[r + i * fromB.step()];
        }
      }
      case MULTIPLY -> {
        for (int i = 0; i < row.length; i++) {
          row[i] = left[l + i * fromA.step()] * right[r + i * fromB.step()];
        }
      }
    }
  }
}
