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
  public boolean inPlace(int index) {
    return true;
  }

  @Override
  public boolean writesMaxima() {
    return true;
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    Operand x = in.getFirst();
    if (Float.floatToRawIntBits(low) >= 0) {
      return clipBits(memory, x, out);
    }
    return Blocks.of(memory, x, out, 1, (_, block, _, count) -> clip(block, count));
  }

  /** With a lower bound that is not negative. */
  private Runnable clipBits(Memory memory, Operand x, Operand y) {
    Blocks blocks = Blocks.of(y, 1);
    int threads = memory.parallelism().threads();
    var maxima = new Maxima(y, threads, 0);
    int[][] staged = new int[threads][blocks.size()];
    float[][] floats = new float[threads][blocks.size()];
    int least = Float.floatToRawIntBits(low);
    int most = Float.floatToRawIntBits(high);
    return blocks.visit(
        memory,
        maxima,
        (worker, sample, at, count) -> {
          int[] bits = staged[worker];
          Staged.load(x.values(), at, bits, count);
          int largest = FloatBits.maximum(bits, count);
          if (FloatBits.isNan(largest)) {
            Staged.load(x.values(), at, floats[worker], count);
            clip(floats[worker], count);
            Staged.store(floats[worker], y.values(), at, count);
          } else {
            largest = FloatBits.clip(bits, count, least, most);
            Staged.store(bits, y.values(), at, count);
          }
          maxima.add(worker, sample, largest);
        });
  }

  private void clip(float[] block, int count) {
    for (int i = 0; i < count; i++) {
      block[i] = Math.min(Math.max(block[i], low), high);
    }
  }
}
