package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * {@code min(max(x, low), high)}.
 *
 * @param low the least result
 * @param high the largest result
 */
record Clipping(float low, float high) implements Operator {

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
    Operand x = in.getFirst();
    long count = out.values().byteSize() / Float.BYTES;
    float[] block = new float[Staged.size(count)];
    return () -> {
      for (long at = 0; at < count; at += block.length) {
        int n = (int) Math.min(block.length, count - at);
        Staged.load(x.values(), at, block, n);
        for (int i = 0; i < n; i++) {
          block[i] = Math.min(Math.max(block[i], low), high);
        }
        Staged.store(block, out.values(), at, n);
      }
    };
  }
}
