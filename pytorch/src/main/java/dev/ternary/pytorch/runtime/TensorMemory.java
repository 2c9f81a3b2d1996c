package dev.ternary.pytorch.runtime;

import ai.djl.ndarray.NDArray;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Arrays of PyTorch without a copy. */
public final class TensorMemory {

  private TensorMemory() {}

  /**
   * The memory of a float32 array on the CPU, which is valid as long as the array is; empty where
   * PyTorch does not hand it out. What is written there, autograd does not know of.
   */
  public static Optional<MemorySegment> of(NDArray array) {
    if (array.getDevice().isGpu()) {
      return Optional.empty();
    }
    ByteBuffer bytes = array.toByteBuffer(true);
    return bytes.isDirect() ? Optional.of(MemorySegment.ofBuffer(bytes)) : Optional.empty();
  }
}
