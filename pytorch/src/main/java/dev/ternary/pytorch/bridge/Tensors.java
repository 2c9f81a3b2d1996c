package dev.ternary.pytorch.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.lang.foreign.MemorySegment;

/** Arrays of DJL as handles of libtorch, and back. They are the same thing: an at::Tensor*. */
final class Tensors {

  private Tensors() {}

  /**
   * A handle that an operator may take.
   *
   * @throws IllegalArgumentException if the array is not PyTorch's
   */
  static long handle(NDArray array) {
    return Shim.again(own(array)).address();
  }

  /** The handle that the array keeps. */
  private static MemorySegment own(NDArray array) {
    if (!(array instanceof PtNDArray torch)) {
      throw new IllegalArgumentException(
          "the array must be PyTorch's, got " + array.getClass().getSimpleName());
    }
    return MemorySegment.ofAddress(torch.getHandle());
  }

  /**
   * An array as a float32 tensor of this name, valid as long as the array.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Strided float32(NDArray array, String name) {
    return Strided.of(own(array), name, Shim.FLOAT32);
  }

  /** An array of the manager that made {@code like}. */
  static NDArray array(MemorySegment handle, NDArray like) {
    if (!(like.getManager() instanceof PtNDManager manager)) {
      throw new AssertionError("checked by handle()");
    }
    return new PtNDArray(manager, handle.address());
  }

  /** Keeps the memory of a tensor, and its weights prepared. */
  static Pin pin(NDArray tensor, PackedBytes weights) {
    MemorySegment handle = MemorySegment.ofAddress(handle(tensor));
    Strided bytes = Strided.of(handle, "packed", Shim.UINT8);
    long address = Shim.data(handle);
    PackedCache.instance().pin(address, weights, bytes.elements());
    return new Pin(handle, address);
  }

  /** Ends with {@link #close}. */
  record Pin(MemorySegment handle, long address) implements AutoCloseable {
    @Override
    public void close() {
      PackedCache.instance().unpin(address);
      Shim.delete(handle);
    }
  }
}
