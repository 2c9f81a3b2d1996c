package dev.ternary.formats.packed;

import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;

/**
 * A packed ternary weight with the shape it had before: dimension 0 is the matrix's rows, the
 * others together its columns. A convolution's {@code [out, in, height, width]} is a matrix {@code
 * [out, in * height * width]}.
 *
 * @param shape the weight's shape, of rank 2 or more
 * @param matrix its trits and scales
 */
public record PackedTensor(Shape shape, TernaryMatrix matrix) {

  /** Checks that the shape is that of the matrix. */
  public PackedTensor {
    if (shape.rank() < 2 || shape.dim(0) != matrix.rows() || cols(shape) != matrix.cols()) {
      throw new IllegalArgumentException(
          "shape "
              + shape
              + " does not fit a matrix of "
              + matrix.rows()
              + " rows and "
              + matrix.cols()
              + " columns");
    }
  }

  /** The product of all dimensions but the first. */
  static long cols(Shape shape) {
    long[] dims = shape.toArray();
    dims[0] = 1;
    return Shape.of(dims).elements();
  }
}
