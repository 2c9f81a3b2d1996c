package dev.ternary.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Sizes of the dimensions of an array, outermost first. Rank 0 is a scalar with one element; a
 * dimension of 0 makes an empty array. The product of the dimensions always fits in a {@code long}.
 */
public final class Shape {

  private final long[] dims;
  private final long elements;

  private Shape(long[] dims) {
    this.dims = dims;
    this.elements = product(dims);
  }

  /**
   * Returns the shape with the given dimensions.
   *
   * @throws IllegalArgumentException if a dimension is negative or the product overflows
   */
  public static Shape of(long... dims) {
    return new Shape(dims.clone());
  }

  private static long product(long[] dims) {
    long product = 1;
    boolean empty = false;
    for (long dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "shape " + text(dims) + " has a negative dimension: " + dim);
      }
      if (dim == 0) {
        empty = true;
        continue;
      }
      try {
        product = Math.multiplyExact(product, dim);
      } catch (ArithmeticException _) {
        throw new IllegalArgumentException(
            "shape " + text(dims) + " has more than 2^63 - 1 elements");
      }
    }
    return empty ? 0 : product;
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Size of dimension {@code axis}, from 0 for the outermost. */
  public long dim(int axis) {
    return dims[axis];
  }

  /** Number of elements: the product of all dimensions, 1 for a scalar. */
  public long elements() {
    return elements;
  }

  /**
   * Number of bytes that elements of this type take.
   *
   * @throws IllegalArgumentException if that is more than a {@code long} can count
   */
  public long byteSize(DType dtype) {
    try {
      return Math.multiplyExact(elements, (long) dtype.bytes());
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException(
          "shape " + this + " of " + dtype + " takes more than 2^63 - 1 bytes");
    }
  }

  /** A copy of the dimensions. */
  public long[] toArray() {
    return dims.clone();
  }

  /** The index of each dimension for the element at row-major position {@code flat}. */
  public long[] indexOf(long flat) {
    long[] index = new long[dims.length];
    long rest = flat;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = rest % dims[axis];
      rest /= dims[axis];
    }
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** The dimensions in brackets, such as {@code [256, 784]}. */
  @Override
  public String toString() {
    return text(dims);
  }

  private static String text(long[] dims) {
    return Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
