package dev.ternary.pytorch.bridge;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A tensor of libtorch as the kernels see it, checked when it is made: it lies in the memory of the
 * CPU and has the type that was asked for. Valid as long as its handle.
 *
 * @param handle whose owner deletes it
 * @param name in messages
 * @param sizes of its dimensions
 * @param strides in elements
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Strided(MemorySegment handle, String name, long[] sizes, long[] strides) {

  private static final String[] TYPES = {
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "float32",
    "float64",
    "complex32",
    "complex64",
    "complex128",
    "bool"
  };

  /**
   * Looks at a tensor.
   *
   * @throws IllegalArgumentException if it has another type or is on another device
   */
  static Strided of(MemorySegment handle, String name, int dtype) {
    int device = Shim.deviceType(handle);
    if (device != Shim.CPU) {
      throw new IllegalArgumentException(
          name + " must be on the CPU, where the packed kernels run; it is on " + device(device));
    }
    int found = Shim.dtype(handle);
    if (found != dtype) {
      throw new IllegalArgumentException(name + " must be " + type(dtype) + ", got " + type(found));
    }
    long dim = Shim.dim(handle);
    return new Strided(handle, name, Shim.sizes(handle, dim), Shim.strides(handle, dim));
  }

  /** Of ScalarType.h. */
  private static String type(int number) {
    return number >= 0 && number < TYPES.length ? TYPES[number] : "type " + number;
  }

  /** Of DeviceType.h. */
  private static String device(int number) {
    return switch (number) {
      case 1 -> "CUDA";
      case 14 -> "the meta device";
      default -> "device type " + number;
    };
  }

  /** The last dimension; everything before it counts as tokens. */
  int cols() {
    if (sizes.length == 0) {
      throw new IllegalArgumentException(name + " must have a dimension of features, got a scalar");
    }
    return Math.toIntExact(sizes[sizes.length - 1]);
  }

  /** Product of all dimensions but the last. */
  int tokens() {
    long tokens = 1;
    for (int d = 0; d < sizes.length - 1; d++) {
      tokens = Math.multiplyExact(tokens, sizes[d]);
    }
    return Math.toIntExact(tokens);
  }

  long elements() {
    long elements = 1;
    for (long size : sizes) {
      elements = Math.multiplyExact(elements, size);
    }
    return elements;
  }

  boolean contiguous() {
    long step = 1;
    for (int d = sizes.length - 1; d >= 0; d--) {
      if (sizes[d] > 1 && strides[d] != step) {
        return elements() == 0;
      }
      step = Math.multiplyExact(step, sizes[d]);
    }
    return true;
  }

  /** Its memory, where that is contiguous. */
  MemorySegment memory(int elementBytes) {
    if (!contiguous()) {
      throw new AssertionError(this + " is not contiguous");
    }
    return Native.at(Shim.data(handle), Math.multiplyExact(elements(), (long) elementBytes));
  }

  /** The sizes with another last one. */
  long[] withCols(long cols) {
    long[] shape = sizes.clone();
    shape[shape.length - 1] = cols;
    return shape;
  }

  /** Such as {@code x [2, 3]}. */
  @Override
  public String toString() {
    return name + " " + Arrays.toString(sizes);
  }
}
