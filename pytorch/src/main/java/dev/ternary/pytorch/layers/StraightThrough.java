package dev.ternary.pytorch.layers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ternary.pytorch.runtime.TensorMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

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
    Optional<MemorySegment> from = TensorMemory.of(w);
    Optional<MemorySegment> to = TensorMemory.of(copy);
    if (from.isPresent() && to.isPresent()) {
      mix(w, from.get(), to.get(), options, share);
      return copy;
    }
    copy.close();
    MemorySegment floats = MemorySegment.ofArray(w.toFloatArray());
    float[] values = new float[Math.toIntExact(w.size())];
    mix(w, floats, MemorySegment.ofArray(values), options, share);
    try (NDArray q = w.getManager().create(values, w.getShape());
        NDArray constant = w.stopGradient();
        NDArray zero = w.sub(constant)) {
      return q.add(zero);
    }
  }

  private static void mix(
      NDArray w, MemorySegment from, MemorySegment to, TernaryOptions options, float share) {
    simulate(w, from, to, options, options.scaled());
    if (share == 1) {
      return;
    }
    for (long at = 0; at < to.byteSize(); at += Float.BYTES) {
      float floating = from.get(JAVA_FLOAT_UNALIGNED, at);
      float ternary = to.get(JAVA_FLOAT_UNALIGNED, at);
      to.set(JAVA_FLOAT_UNALIGNED, at, floating + share * (ternary - floating));
    }
  }

  /**
   * {@code trits * factor} with the gradient of both factors and the identity's for w; or, with a
   * factor for each sign, {@code positive * p - negative * n} with the gradients of trained ternary
   * quantization (arXiv 1612.01064, equations 7 and 8): a factor gets the sum over the weights of
   * its sign, and w gets the gradient times the factor of its sign, or times 1 where its trit is 0.
   */
  static NDArray learned(NDArray w, List<NDArray> factors, TernaryOptions options, NDManager step) {
    try (NDManager scope = step.newSubManager()) {
      NDArray trits = trits(w, options, scope);
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
        NDArray signed = positive.sub(negative).stopGradient();
        signed.attach(scope);
        NDArray slope = trits.abs().muli(-1f).addi(1f).addi(signed);
        product = positive.addi(negative);
        zero.muli(slope.reshape(w.getShape()));
      }
      // A negative factor would make -0 of a zero trit; the sum with +0 takes it away.
      NDArray q = product.addi(zero.reshape(product.getShape())).reshape(w.getShape());
      q.attach(step);
      return q;
    }
  }

  /** The trits as floats {@code [rows, cols]}. */
  private static NDArray trits(NDArray w, TernaryOptions options, NDManager scope) {
    long rows = w.getShape().get(0);
    NDArray trits = scope.create(new Shape(rows, w.size() / rows));
    Optional<MemorySegment> from = TensorMemory.of(w);
    Optional<MemorySegment> to = TensorMemory.of(trits);
    if (from.isPresent() && to.isPresent()) {
      simulate(w, from.get(), to.get(), options, false);
    } else {
      float[] values = w.toFloatArray();
      MemorySegment memory = MemorySegment.ofArray(values);
      simulate(w, memory, memory, options, false);
      trits.set(values);
    }
    return trits;
  }

  private static void simulate(
      NDArray w, MemorySegment from, MemorySegment to, TernaryOptions options, boolean scaled) {
    options.quantizer().simulate(Math.toIntExact(w.getShape().get(0)), from, to, scaled);
  }
}
