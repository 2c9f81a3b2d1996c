package dev.ternary.pytorch.bridge;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Handles that a kernel deletes when it is done. */
final class Handles implements AutoCloseable {

  private final List<MemorySegment> owned = new ArrayList<>(4);

  /** Takes a handle over. */
  MemorySegment own(MemorySegment handle) {
    owned.add(handle);
    return handle;
  }

  /** Lets go of a handle that passes to libtorch. */
  MemorySegment release(MemorySegment handle) {
    owned.remove(handle);
    return handle;
  }

  /** The same values in contiguous memory: the tensor itself, or a copy that goes with this. */
  Strided contiguous(Strided tensor) {
    if (tensor.contiguous()) {
      return tensor;
    }
    MemorySegment copy = own(Shim.empty(tensor.sizes()));
    Shim.copy(copy, tensor.handle());
    return new Strided(copy, tensor.name(), tensor.sizes(), Native.denseStrides(tensor.sizes()));
  }

  /** The values as a matrix {@code [tokens, cols]}, or its transpose. */
  MemorySegment matrix(Strided tensor, boolean transposed) {
    Strided dense = contiguous(tensor);
    long rows = dense.tokens();
    long cols = dense.cols();
    long step = Math.max(1, cols);
    return own(
        transposed
            ? Shim.reinterpret(dense.handle(), new long[] {cols, rows}, new long[] {1, step})
            : Shim.reinterpret(dense.handle(), new long[] {rows, cols}, new long[] {step, 1}));
  }

  @Override
  public void close() {
    owned.forEach(Shim::delete);
    owned.clear();
  }
}
