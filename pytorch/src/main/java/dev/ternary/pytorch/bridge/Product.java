package dev.ternary.pytorch.bridge;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import java.lang.foreign.MemorySegment;

/** One product of a tensor with a prepared matrix, in libtorch's memory. */
final class Product {

  private final Strided x;
  private final PreparedMatrix w;
  private final Handles handles;

  private Product(Strided x, PreparedMatrix w, Handles handles) {
    this.x = x;
    this.w = w;
    this.handles = handles;
  }

  /**
   * A product with {@code x} of any number of dimensions, the last of which is multiplied.
   *
   * @throws IllegalArgumentException if that does not fit the weights
   */
  static Product of(Strided x, PreparedMatrix w, Handles handles) {
    requireFits(x, w.rows(), w.cols());
    return new Product(x, w, handles);
  }

  /** Checks that a tensor can be multiplied with weights {@code [rows, cols]}. */
  static void requireFits(Strided x, long rows, long cols) {
    if (x.cols() != cols) {
      throw new IllegalArgumentException(
          x
              + " has "
              + x.cols()
              + " features, the packed weights ["
              + rows
              + ", "
              + cols
              + "] take "
              + cols);
    }
  }

  /** The activations as a matrix: the tensor's own memory where that is contiguous. */
  static FloatMatrix activations(Strided x, Handles handles) {
    return new FloatMatrix(x.tokens(), x.cols(), handles.contiguous(x).memory(Float.BYTES));
  }

  /** Multiplies; a new handle. */
  MemorySegment run(Activations form, Scratch scratch) {
    FloatMatrix activations = activations(x, handles);
    return switch (form) {
      case FLOAT32 -> {
        MemorySegment y = result();
        w.matMul(activations, matrix(y), scratch.workspace());
        yield handles.release(y);
      }
      case INT8 -> run(scratch.quantized(activations), scratch);
    };
  }

  /** As {@link #run} with activations that are quantized already. */
  MemorySegment run(Int8Matrix activations, Scratch scratch) {
    MemorySegment y = result();
    w.matMul(activations, matrix(y), scratch.workspace());
    return handles.release(y);
  }

  private MemorySegment result() {
    return handles.own(Shim.empty(x.withCols(w.rows())));
  }

  private FloatMatrix matrix(MemorySegment y) {
    long bytes = Math.multiplyExact(4L * x.tokens(), (long) w.rows());
    return new FloatMatrix(x.tokens(), w.rows(), Native.at(Shim.data(y), bytes));
  }
}
