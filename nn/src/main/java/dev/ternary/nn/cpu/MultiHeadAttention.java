package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Scaled dot-product attention, one head of one sample at a time; the softmax is summed in float64.
 *
 * @param attention heads and mask
 */
record MultiHeadAttention(Operation.Attention attention) implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return 2 * out.elements() * in.get(1).dim(0);
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand y) {
    Parallelism parallelism = memory.workspace().parallelism();
    Worker[] workers = new Worker[parallelism.threads()];
    Arrays.setAll(workers, _ -> new Worker(in, y));
    int tasks = Math.multiplyExact(y.samples(), attention.heads());
    Parallelism.Part part =
        (worker, from, to) -> {
          for (int t = from; t < to; t++) {
            workers[worker].run(t / attention.heads(), t % attention.heads());
          }
        };
    return () -> parallelism.forParts(tasks, 1, part);
  }

  /** The scratch of one thread. */
  private final class Worker {
    private final List<Operand> in;
    private final Operand y;
    private final int queries;
    private final int keys;
    private final int size;
    private final float[] query;
    private final float[][] key;
    private final float[][] value;
    private final float[] mask;
    private final float[] weights;

    Worker(List<Operand> in, Operand y) {
      this.in = in;
      this.y = y;
      queries = (int) y.shape().dim(0);
      keys = (int) in.get(1).shape().dim(0);
      size = (int) y.shape().dim(1) / attention.heads();
      query = new float[size];
      key = new float[keys][size];
      value = new float[keys][size];
      mask = new float[keys];
      weights = new float[keys];
    }

    void run(int sample, int head) {
      int keyHead = head / (attention.heads() / attention.keyHeads());
      int width = attention.keyHeads() * size;
      for (int s = 0; s < keys; s++) {
        long at = ((long) sample * keys + s) * width + (long) keyHead * size;
        Staged.load(in.get(1).values(), at, key[s], size);
        Staged.load(in.get(2).values(), at, value[s], size);
      }
      if (in.size() > 3) {
        Staged.load(in.get(3).values(), (long) sample * keys, mask, keys);
      } else {
        Arrays.fill(mask, 1);
      }
      for (int t = 0; t < queries; t++) {
        long at = (((long) sample * queries + t) * attention.heads() + head) * size;
        Staged.load(in.get(0).values(), at, query, size);
        look(attention.causal() ? Math.clamp((long) t + 1 + keys - queries, 0, keys) : keys);
        Staged.store(query, y.values(), at, size);
      }
    }

    /** Replaces the query by what it finds among the first {@code seen} keys. */
    private void look(int seen) {
      float scale = (float) (1 / Math.sqrt(size));
      float most = Float.NEGATIVE_INFINITY;
      for (int s = 0; s < seen; s++) {
        weights[s] = mask[s] == 0 ? Float.NEGATIVE_INFINITY : FloatRows.dot(query, key[s]) * scale;
        most = Math.max(most, weights[s]);
      }
      Arrays.fill(query, 0);
      if (most == Float.NEGATIVE_INFINITY) {
        return;
      }
      double sum = 0;
      for (int s = 0; s < seen; s++) {
        weights[s] = (float) Math.exp((double) weights[s] - most);
        sum += weights[s];
      }
      for (int s = 0; s < seen; s++) {
        float weight = (float) (weights[s] / sum);
        float[] row = value[s];
        for (int i = 0; i < size; i++) {
          query[i] += weight * row[i];
        }
      }
    }
  }
}
