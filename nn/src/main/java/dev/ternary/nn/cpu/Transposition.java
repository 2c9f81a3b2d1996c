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
    int[] places = Places.transposed(x.shape(), order, out.shape());
    float[] from = new float[places.length];
    float[] to = new float[places.length];
    return () -> {
      for (int sample = 0; sample < x.samples(); sample++) {
        long at = (long) sample * from.length;
        Staged.load(x.values(), at, from, from.length);
        for (int i = 0; i < places.length; i++) {
          to[i] = from[places[i]];
        }
        Staged.store(to, out.values(), at, to.length);
      }
    };
  }
}
