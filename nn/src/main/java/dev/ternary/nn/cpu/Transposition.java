package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * The dimensions of each sample in another order.
 *
 * @param order for each dimension of the output, which of the input it is
 */
record Transposition(List<Integer> order) implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    Operand x = in.getFirst();
    int first = order.isEmpty() ? 0 : order.getFirst();
    if (Turn.isRotation(order)) {
      int rows = 1;
      for (int axis = 0; axis < first; axis++) {
        rows *= x.dim(axis);
      }
      return Turn.of(memory, x, out, rows);
    }
    RowWalk walk = RowWalk.transposed(x.shape(), order, out.shape());
    float[] from = new float[x.size()];
    float[] row = new float[walk.length()];
    int rows = out.size() / row.length;
    return () -> {
      for (int sample = 0; sample < x.samples(); sample++) {
        Staged.load(x.values(), (long) sample * from.length, from, from.length);
        for (int r = 0; r < rows; r++) {
          for (int i = 0; i < row.length; i++) {
            row[i] = from[walk.place() + i * walk.step()];
          }
          Staged.store(row, out.values(), ((long) sample * rows + r) * row.length, row.length);
          walk.next();
        }
      }
    };
  }
}
