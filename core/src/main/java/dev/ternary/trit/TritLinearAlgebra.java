package dev.ternary.trit;

import dev.ternary.tensor.Tensor;

/** Products and distances of {@link TernaryArray}, in exact integers. */
public sealed interface TritLinearAlgebra permits TernaryArray {

  /** Sum of the products of all pairs of elements; both have one shape. */
  default long dot(TernaryArray other) {
    return LinearAlgebra.dot((TernaryArray) this, other);
  }

  /**
   * Matrix product by the rules of {@code numpy.matmul}, I64: the last two axes are matrices and
   * those before broadcast; an operand of one axis is a row on the left and a column on the right.
   */
  default Tensor matmul(TernaryArray other) {
    return MatrixProduct.of((TernaryArray) this, other);
  }

  /** Euclidean length of all elements: the square root of how many are not 0. */
  default double norm() {
    TernaryArray array = (TernaryArray) this;
    return Math.sqrt((double) array.positive().count() + array.negative().count());
  }

  /** Places where the trits differ; both have one shape. */
  default long hammingDistance(TernaryArray other) {
    return LinearAlgebra.hammingDistance((TernaryArray) this, other);
  }

  /**
   * Cosine of the angle between both as vectors; NaN where one is all 0 and has no direction. Both
   * have one shape.
   */
  default double cosine(TernaryArray other) {
    return dot(other) / (norm() * other.norm());
  }
}
