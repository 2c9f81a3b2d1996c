package dev.ternary.packed;

import dev.ternary.tensor.Shape;

/**
 * A ternary weight with its shape: dimension 0 is the matrix's rows, the others together its
 * columns. A convolution's {@code [out, in, height, width]} is a matrix {@code [out, in * height *
 * width]}.
 *
 * @param shape the weight's shape, of rank 2 or more
 * @param matrix its trits and scales
 */
public record TernaryTensor(Shape shape, TernaryMatrix matrix) {

  public TernaryTensor {
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

  /** A matrix as a tensor of rank 2. */
  public static TernaryTensor of(TernaryMatrix matrix) {
    return new TernaryTensor(Shape.of(matrix.rows(), matrix.cols()), matrix);
  }

  /**
   * The columns of the matrix for a weight of this shape: the product of all dimensions but the
   * first.
   */
  public static long cols(Shape shape) {
    long[] dims = shape.toArray();
    dims[0] = 1;
    return Shape.of(dims).elements();
  }

  /** The same trits with other scales, as {@link TernaryMatrix#withScales}. */
  public TernaryTensor withScales(Scales scales) {
    return new TernaryTensor(shape, matrix.withScales(scales));
  }

  /** The same weights in another packing. */
  public TernaryTensor repack(Packing packing) {
    return new TernaryTensor(shape, matrix.repack(packing));
  }
}
