package dev.ternary.pytorch.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.TernaryMatrix;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Packed weights in a tensor of libtorch, ready for the kernels. Safe to share between threads.
 * Closed with the manager that they were made for, or before; products that run then end well, and
 * a backward pass that still needs them works, since the graph holds the tensor.
 */
public final class PackedWeights implements AutoCloseable {

  private final NDArray tensor;
  private final Tensors.Pin pin;
  private final PackedBytes weights;
  private final AtomicBoolean closed = new AtomicBoolean();

  private PackedWeights(NDArray tensor, PackedBytes weights) {
    this.tensor = tensor;
    this.weights = weights;
    pin = Tensors.pin(tensor, weights);
  }

  /**
   * Copies a matrix into a tensor.
   *
   * @throws IllegalStateException if the bridge is not available; the message says why
   */
  public static PackedWeights of(NDManager manager, TernaryMatrix matrix, Activations activations) {
    TorchBridge.require();
    var weights = new PackedBytes(matrix, activations);
    byte[] bytes = weights.toArray();
    NDArray tensor;
    // A copy, since DJL's own lies in memory of Java, which a graph would not hold.
    try (NDArray java =
        manager.create(ByteBuffer.wrap(bytes), new Shape(bytes.length), DataType.UINT8)) {
      tensor = java.duplicate();
    }
    var packed = new PackedWeights(tensor, weights);
    manager.attachInternal("ternary-" + tensor.getUid(), packed);
    return packed;
  }

  /** The weights. */
  public TernaryMatrix matrix() {
    return weights.matrix();
  }

  /** How inputs enter the product. */
  public Activations activations() {
    return weights.activations();
  }

  /**
   * {@code x W^T}. Has a gradient for {@code x}: {@code g W}, where activations are int8 straight
   * through their rounding.
   *
   * @param x float32 of one dimension or more, the last of which is multiplied
   * @return float32, the last dimension {@code rows}; belongs to the manager of {@code x}
   * @throws IllegalArgumentException if {@code x} does not fit
   * @throws IllegalStateException if the weights are closed
   */
  public NDArray linear(NDArray x) {
    // The kernel would refuse it too, but libtorch would log a stack trace.
    Product.requireFits(Tensors.float32(x, "x"), matrix().rows(), matrix().cols());
    return Tensors.array(
        Shim.call("ternary::linear", Tensors.handle(x), Tensors.handle(tensor())), x);
  }

  /**
   * The bytes as a {@code uint8} tensor, which belongs to this. Not to be written.
   *
   * @throws IllegalStateException if this is closed
   */
  public NDArray tensor() {
    if (closed.get()) {
      throw new IllegalStateException("PackedWeights is closed");
    }
    return tensor;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pin.close();
      tensor.close();
    }
  }
}
