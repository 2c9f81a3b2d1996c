package dev.ternary.pytorch.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ternary.nn.graph.Operation;
import java.util.List;

/**
 * Rotary position embedding; angles in float64.
 *
 * @param rope sizes and pairs
 */
record TorchRope(Operation.Rope rope) implements TorchOperator {

  @Override
  public NDArray apply(List<NDArray> in, Shape out) {
    NDArray x = in.getFirst();
    int half = rope.headSize() / 2;
    long heads = out.get(2) / rope.headSize();
    NDArray angles = angles(in, out.get(1), half);
    NDArray cos = angles.cos().toType(DataType.FLOAT32, false);
    NDArray sin = angles.sin().toType(DataType.FLOAT32, false);
    // Pairs lie along the last dimension but one, or along the last.
    return switch (rope.pairing()) {
      case HALVES ->
          turned(x.reshape(out.get(0), out.get(1), heads, 2, half), 3, cos, sin).reshape(out);
      case NEIGHBOURS ->
          turned(x.reshape(out.get(0), out.get(1), heads, half, 2), 4, cos, sin).reshape(out);
    };
  }

  private static NDArray turned(NDArray pairs, int axis, NDArray cos, NDArray sin) {
    NDList ab = pairs.split(2, axis);
    NDArray a = ab.get(0).squeeze(axis);
    NDArray b = ab.get(1).squeeze(axis);
    NDArray first = a.mul(cos).sub(b.mul(sin));
    NDArray second = b.mul(cos).add(a.mul(sin));
    return NDArrays.stack(new NDList(first, second), axis);
  }

  /** {@code [samples or 1, tokens, 1, half]}. */
  private NDArray angles(List<NDArray> in, long tokens, int half) {
    NDManager manager = in.getFirst().getManager();
    double[] frequencies = new double[half];
    for (int i = 0; i < half; i++) {
      frequencies[i] = Math.pow(rope.theta(), -2.0 * i / rope.headSize());
    }
    NDArray positions = in.size() > 1 ? in.get(1) : manager.arange((int) tokens).reshape(1, tokens);
    return positions
        .toType(DataType.FLOAT64, false)
        .reshape(-1, tokens, 1, 1)
        .mul(manager.create(frequencies));
  }
}
