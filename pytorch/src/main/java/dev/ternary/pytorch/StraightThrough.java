package dev.ternary.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/** Ternary weights for one training step, with a gradient for the float ones they are made of. */
final class StraightThrough {

  private StraightThrough() {}

  /**
   * The value {@code q + (w - stopGradient(w))} with the gradient of the identity. That sum is q
   * exactly, so a copy of w, which has the gradient, is overwritten with q: one pass over the
   * memory where the sum takes four. With a share below 1 the value is between w and q.
   */
  static NDArray of(NDArray w, TernaryOptions options, float share) {
    // Not duplicate(): DJL's copy has no gradient.
    NDArray copy = w.add(0f);
    ByteBuffer bytes = copy.toByteBuffer(true);
    if (!w.getDevice().isGpu() && bytes.isDirect()) {
      FloatBuffer alias = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
      float[] values = new float[alias.remaining()];
      alias.get(0, values);
      mix(w, values, options, share);
      alias.put(0, values);
      return copy;
    }
    float[] values = copy.toFloatArray();
    copy.close();
    mix(w, values, options, share);
    try (NDArray q = w.getManager().create(values, w.getShape());
        NDArray constant = w.stopGradient();
        NDArray zero = w.sub(constant)) {
      return q.add(zero);
    }
  }

  private static void mix(NDArray w, float[] values, TernaryOptions options, float share) {
    float[] floats = share == 1 ? values : values.clone();
    simulate(w, values, options, options.scaled());
    if (share == 1) {
      return;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = floats[i] + share * (values[i] - floats[i]);
    }
  }

  /**
   * {@code trits * factor} with the gradient of both factors and the identity's for w; or, with a
   * factor for each sign, {@code positive * p - negative * n} with the gradients of trained ternary
   * quantization (arXiv 1612.01064, equations 7 and 8): a factor gets the sum over the weights of
   * its sign, and w gets the gradient times the factor of its sign, or times 1 where its trit is 0.
   */
  static NDArray learned(NDArray w, List<NDArray> factors, TernaryOptions options, NDManager step) {
    float[] values = w.toFloatArray();
    simulate(w, values, options, false);
    long rows = w.getShape().get(0);
    try (NDManager scope = step.newSubManager()) {
      NDArray trits = scope.create(values, new Shape(rows, values.length / rows));
      NDArray constant = w.stopGradient();
      constant.attach(scope);
      NDArray zero = w.sub(constant);
      zero.attach(scope);
      NDArray product;
      if (factors.size() == 1) {
        product = trits.mul(factors.getFirst());
        product.attach(scope);
      } else {
        NDArray p = trits.maximum(0f);
        NDArray n = trits.minimum(0f);
        NDArray positive = p.mul(factors.getFirst());
        NDArray negative = n.mul(factors.getLast());
        positive.attach(scope);
        negative.attach(scope);
        product = positive.add(negative);
        NDArray slope = positive.sub(negative).stopGradient();
        slope.attach(scope);
        zero = zero.mul(slope.add(trits.abs().mul(-1f).add(1f)).reshape(w.getShape()));
        zero.attach(scope);
      }
      // A negative factor would make -0 of a zero trit; the sum with +0 takes it away.
      NDArray q = product.reshape(w.getShape()).add(zero);
      q.attach(step);
      return q;
    }
  }

  private static void simulate(NDArray w, float[] values, TernaryOptions options, boolean scaled) {
    options.quantizer().simulate(Math.toIntExact(w.getShape().get(0)), values, scaled);
  }
}
