package dev.ternary.pytorch.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.ternary.nn.graph.Operation;
import java.util.List;

/**
 * Scaled dot-product attention, all heads at once.
 *
 * @param attention heads and mask
 */
record TorchAttention(Operation.Attention attention) implements TorchOperator {

  /** So low that the exponential function gives 0, and no infinity minus infinity comes of it. */
  private static final float NEVER = 1e30f;

  @Override
  public NDArray apply(List<NDArray> in, Shape out) {
    long samples = out.get(0);
    long queries = out.get(1);
    long keys = in.get(1).getShape().get(1);
    long size = out.get(2) / attention.heads();
    int shared = attention.heads() / attention.keyHeads();
    // [samples, keyHeads, heads that share a key, tokens, size]
    NDArray q =
        in.get(0)
            .reshape(samples, queries, attention.keyHeads(), shared, size)
            .transpose(0, 2, 3, 1, 4);
    NDArray k = perHead(in.get(1), samples, keys, size);
    NDArray v = perHead(in.get(2), samples, keys, size);
    NDArray seen = seen(in, samples, queries, keys);
    NDArray scores = q.matMul(k.swapAxes(3, 4)).mul((float) (1 / Math.sqrt((double) size)));
    NDArray weights = scores.mul(seen).add(seen.sub(1).mul(NEVER)).softmax(-1);
    // A query that sees nothing has equal weights by now: it gives zeros.
    NDArray y = weights.mul(seen).matMul(v);
    return y.transpose(0, 3, 1, 2, 4).reshape(out);
  }

  private NDArray perHead(NDArray x, long samples, long keys, long size) {
    return x.reshape(samples, keys, attention.keyHeads(), 1, size).transpose(0, 2, 3, 1, 4);
  }

  /**
   * 1 where a query may look at a key, 0 where not; {@code [samples or 1, 1, 1, queries, keys]}.
   */
  private NDArray seen(List<NDArray> in, long samples, long queries, long keys) {
    float[] values = new float[Math.toIntExact(queries * keys)];
    for (int i = 0; i < values.length; i++) {
      long query = i / keys;
      long key = i % keys;
      values[i] = !attention.causal() || key <= query + keys - queries ? 1 : 0;
    }
    NDArray causal = in.get(0).getManager().create(values, new Shape(1, 1, 1, queries, keys));
    return in.size() < 4
        ? causal
        : in.get(3)
            .neq(0)
            .toType(causal.getDataType(), false)
            .reshape(samples, 1, 1, 1, keys)
            .mul(causal);
  }
}
