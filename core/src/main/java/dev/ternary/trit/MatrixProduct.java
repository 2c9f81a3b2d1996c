package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Arrays;

/** Products of stacks of matrices, by counting bits of rows that start at words. */
final class MatrixProduct {

  /** Columns of the right matrix whose words stay in the cache while rows of the left pass. */
  private static final int BLOCK = 64;

  private final int rows;
  private final int inner;
  private final int cols;
  private final long[] result;

  private MatrixProduct(int rows, int inner, int cols, int resultLength) {
    this.rows = rows;
    this.inner = inner;
    this.cols = cols;
    this.result = new long[resultLength];
  }

  static Tensor of(TernaryArray a, TernaryArray b) {
    if (a.rank() == 0 || b.rank() == 0) {
      throw refusal(a, b, "a matrix product needs at least one axis each");
    }
    TernaryArray left = a.rank() == 1 ? a.expandDims(0) : a;
    TernaryArray right = b.rank() == 1 ? b.expandDims(1) : b;
    if (left.shape().dim(left.rank() - 1) != right.shape().dim(right.rank() - 2)) {
      throw refusal(a, b, "the last axis of the left is not as long as the one it meets");
    }
    Shape outer = outer(a, b, batch(left), batch(right));
    int rows = length(left.shape().dim(left.rank() - 2));
    int inner = length(left.shape().dim(left.rank() - 1));
    int cols = length(right.shape().dim(right.rank() - 1));
    long[] dims = Arrays.copyOf(outer.toArray(), outer.rank() + 2);
    dims[outer.rank()] = rows;
    dims[outer.rank() + 1] = cols;
    Shape full = Shape.of(dims);
    MatrixProduct product = new MatrixProduct(rows, inner, cols, Conversion.longArrayLength(full));
    product.multiply(stack(left, outer), stack(right.swapLastAxes(), outer), outer.elements());
    return Tensor.of(resultShape(a, b, dims), product.result);
  }

  private static Shape batch(TernaryArray matrices) {
    return Shape.of(Arrays.copyOf(matrices.shape().toArray(), matrices.rank() - 2));
  }

  private static Shape outer(TernaryArray a, TernaryArray b, Shape left, Shape right) {
    try {
      return Broadcasting.shape(left, right);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "shapes " + a.shape() + " and " + b.shape() + " do not multiply: " + e.getMessage(), e);
    }
  }

  private static IllegalArgumentException refusal(TernaryArray a, TernaryArray b, String reason) {
    return new IllegalArgumentException(
        "shapes " + a.shape() + " and " + b.shape() + " do not multiply: " + reason);
  }

  private static int length(long dim) {
    return Conversion.arrayLength(Shape.of(dim));
  }

  /** Without the axis that an operand of rank 1 did not have. */
  private static Shape resultShape(TernaryArray a, TernaryArray b, long[] full) {
    long[] dims = full;
    if (b.rank() == 1) {
      dims = Arrays.copyOf(dims, dims.length - 1);
    }
    if (a.rank() == 1) {
      int row = b.rank() == 1 ? dims.length - 1 : dims.length - 2;
      long[] shorter = Arrays.copyOf(dims, dims.length - 1);
      System.arraycopy(dims, row + 1, shorter, row, shorter.length - row);
      dims = shorter;
    }
    return Shape.of(dims);
  }

  /** The matrices of an operand repeated over all outer positions. */
  private static TernaryArray stack(TernaryArray matrices, Shape outer) {
    long[] dims = Arrays.copyOf(outer.toArray(), outer.rank() + 2);
    dims[outer.rank()] = matrices.shape().dim(matrices.rank() - 2);
    dims[outer.rank() + 1] = matrices.shape().dim(matrices.rank() - 1);
    return matrices.broadcastTo(Shape.of(dims));
  }

  private void multiply(TernaryArray a, TernaryArray b, long count) {
    for (int i = 0; i < count && result.length > 0; i++) {
      Rows left = Rows.of(a, (long) i * rows * inner, rows, inner);
      Rows right = Rows.of(b, (long) i * cols * inner, cols, inner);
      for (int from = 0; from < cols; from += BLOCK) {
        block(left, right, i * rows * cols, from, Math.min(cols, from + BLOCK));
      }
    }
  }

  private void block(Rows left, Rows right, int at, int from, int to) {
    for (int row = 0; row < rows; row++) {
      long[] ap = left.positive()[row];
      long[] an = left.negative()[row];
      for (int col = from; col < to; col++) {
        result[at + row * cols + col] =
            BitKernels.dot(ap, an, right.positive()[col], right.negative()[col], ap.length);
      }
    }
  }

  /** Rows of a matrix, each from a word of its own. */
  @SuppressWarnings("ArrayRecordComponent") // two results of one private method, never compared
  private record Rows(long[][] positive, long[][] negative) {

    static Rows of(TernaryArray array, long from, int rows, int cols) {
      return new Rows(
          rows(array.positive(), from, rows, cols), rows(array.negative(), from, rows, cols));
    }

    private static long[][] rows(BitPlane plane, long from, int rows, int cols) {
      long[][] result = new long[rows][(cols + 63) >>> 6];
      for (int row = 0; row < rows; row++) {
        long at = from + (long) row * cols;
        for (int w = 0; w < result[row].length; w++) {
          result[row][w] = plane.bits(at + 64L * w, Math.min(64, cols - 64 * w));
        }
      }
      return result;
    }
  }
}
