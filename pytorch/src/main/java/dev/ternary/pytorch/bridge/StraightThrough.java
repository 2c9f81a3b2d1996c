package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.packed.Granularity;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * One training step of a layer: the ternary weights of this step, packed, and its activations as
 * the product takes them.
 */
final class StraightThrough implements AutoCloseable {

  private final Strided x;
  private final PackedCache.Entry w;
  private final Handles handles = new Handles();
  private final Scratch scratch = Scratch.borrow();
  private final Optional<Int8Matrix> quantized;

  StraightThrough(Strided x, Strided q, Granularity granularity, Activations activations) {
    this.x = x;
    try {
      MemorySegment values = handles.contiguous(q).memory(Float.BYTES);
      var form = new DenseTernary(q.tokens(), q.cols(), granularity);
      w = PackedCache.ofSteps().use(values.address(), values, form);
    } catch (RuntimeException e) {
      handles.close();
      scratch.close();
      throw e;
    }
    try {
      Product.of(x, w.prepared(), handles);
      quantized =
          activations == Activations.INT8
              ? Optional.of(scratch.quantized(Product.activations(x, handles)))
              : Optional.empty();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * A handle of the activations that the backward pass sees, for libtorch: the rounded ones, with
   * the gradient of the identity.
   */
  MemorySegment recordedInput() {
    if (quantized.isEmpty()) {
      return Shim.again(x.handle());
    }
    // A copy has the identity's gradient; the values are then written past autograd.
    MemorySegment copy = Shim.call("aten::clone", Shim.again(x.handle()).address(), 0);
    Strided own = Strided.of(copy, "x", Shim.FLOAT32);
    MemorySegment alias = handles.own(Shim.reinterpret(copy, own.sizes(), own.strides()));
    Strided target = new Strided(alias, "x", own.sizes(), own.strides());
    Strided dense = handles.contiguous(target);
    round(quantized.get(), dense.memory(Float.BYTES));
    if (!target.contiguous()) {
      Shim.copy(alias, dense.handle());
    }
    return copy;
  }

  private static void round(Int8Matrix from, MemorySegment to) {
    int cols = from.cols();
    for (int row = 0; row < from.rows(); row++) {
      float scale = from.scales().getAtIndex(JAVA_FLOAT_UNALIGNED, row);
      long start = (long) row * cols;
      for (int col = 0; col < cols; col++) {
        to.setAtIndex(JAVA_FLOAT, start + col, from.values().get(JAVA_BYTE, start + col) * scale);
      }
    }
  }

  /** The product of this step's activations, which {@code input} holds; a new handle. */
  MemorySegment product(Strided input, Handles owner) {
    Product product = Product.of(input, w.prepared(), owner);
    return quantized.isPresent()
        ? product.run(quantized.get(), scratch)
        : product.run(Activations.FLOAT32, scratch);
  }

  @Override
  public void close() {
    w.close();
    handles.close();
    scratch.close();
  }
}
