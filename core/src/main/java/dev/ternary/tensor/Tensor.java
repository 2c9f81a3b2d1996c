package dev.ternary.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A read-only, row-major, little-endian view of memory with a type and a shape. The memory may be
 * heap, native or a mapped file; a tensor never owns it, and lives no longer than its owner.
 * Alignment is not required. Safe to share between threads as far as the memory is.
 *
 * @param dtype element type
 * @param shape dimensions, outermost first
 * @param data exactly {@code shape.byteSize(dtype)} bytes
 */
public record Tensor(DType dtype, Shape shape, MemorySegment data) {

  /** Checks that {@code data} holds the elements of {@code shape} and makes the view read-only. */
  public Tensor {
    Objects.requireNonNull(dtype, "dtype");
    long expected = shape.byteSize(dtype);
    if (data.byteSize() != expected) {
      throw new IllegalArgumentException(
          dtype + " " + shape + " needs " + expected + " bytes, got " + data.byteSize());
    }
    data = data.asReadOnly();
  }

  /**
   * The bytes of the elements.
   *
   * @throws IllegalStateException if their owner has been closed; the message names it
   */
  @Override
  public MemorySegment data() {
    if (!data.scope().isAlive()) {
      throw closed(new IllegalStateException("Already closed"));
    }
    return data;
  }

  private IllegalStateException closed(IllegalStateException cause) {
    return MemoryOwners.explain(data, "tensor " + this, cause);
  }

  /** An F32 tensor over a copy of {@code values}. */
  public static Tensor of(Shape shape, float... values) {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, 4)]);
    for (int i = 0; i < values.length; i++) {
      data.set(LittleEndian.FLOAT, 4L * i, values[i]);
    }
    return new Tensor(DType.F32, shape, data);
  }

  /** An I8 tensor over a copy of {@code values}. */
  public static Tensor of(Shape shape, byte... values) {
    return new Tensor(DType.I8, shape, MemorySegment.ofArray(values.clone()));
  }

  /** An I32 tensor over a copy of {@code values}. */
  public static Tensor of(Shape shape, int... values) {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, 4)]);
    for (int i = 0; i < values.length; i++) {
      data.set(LittleEndian.INT, 4L * i, values[i]);
    }
    return new Tensor(DType.I32, shape, data);
  }

  /** An I64 tensor over a copy of {@code values}. */
  public static Tensor of(Shape shape, long... values) {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, 8)]);
    for (int i = 0; i < values.length; i++) {
      data.set(LittleEndian.LONG, 8L * i, values[i]);
    }
    return new Tensor(DType.I64, shape, data);
  }

  /**
   * The element at row-major position {@code index}, converted to {@code float}. F64, I32 and I64
   * round to nearest; BOOL is 0 or 1.
   */
  public float getFloat(long index) {
    try {
      return Elements.getFloat(dtype, data, index);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  /**
   * The integer element at row-major position {@code index}.
   *
   * @throws IllegalStateException if elements are floating-point
   */
  public long getLong(long index) {
    try {
      return Elements.getLong(dtype, data, index);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  /** A reader of the elements as floats, for one thread. */
  public FloatReader reader() {
    return new FloatReader(dtype, shape.elements(), data());
  }

  /** Converts elements {@code [from, from + into.length)} as {@link #getFloat} does. */
  public void copyTo(long from, float[] into) {
    reader().read(from, into, into.length);
  }

  /**
   * All elements as floats, row-major.
   *
   * @throws IllegalArgumentException if there are more than an array can hold
   */
  public float[] toFloatArray() {
    if (shape.elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("shape " + shape + " has too many elements for an array");
    }
    float[] values = new float[(int) shape.elements()];
    copyTo(0, values);
    return values;
  }

  /** The same elements with another shape of as many elements. */
  public Tensor reshape(Shape to) {
    if (to.elements() != shape.elements()) {
      throw new IllegalArgumentException("shape " + shape + " cannot become " + to);
    }
    return new Tensor(dtype, to, data);
  }

  /** Rows {@code [from, to)} of the outermost dimension. */
  public Tensor slice(long from, long to) {
    if (shape.rank() == 0) {
      throw new IllegalArgumentException("a scalar has no rows to slice");
    }
    Objects.checkFromToIndex(from, to, shape.dim(0));
    long[] dims = shape.toArray();
    long rowBytes = dims[0] == 0 ? 0 : data.byteSize() / dims[0];
    dims[0] = to - from;
    return new Tensor(dtype, Shape.of(dims), data.asSlice(from * rowBytes, (to - from) * rowBytes));
  }

  /** Type and shape, such as {@code F32 [256, 784]}. */
  @Override
  public String toString() {
    return dtype + " " + shape;
  }
}
