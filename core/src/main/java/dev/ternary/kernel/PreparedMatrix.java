package dev.ternary.kernel;

/**
 * A ternary matrix {@code W} of shape {@code [rows, cols]} in the layout of one kernel, ready to
 * multiply, with the {@link Epilogue} it was prepared with. Immutable and safe to share between
 * threads; each thread brings its own {@link Workspace}. Owns its memory until it is closed.
 *
 * <p>All products are {@code Y = X W^T}: row {@code m} of {@code X} is one token, and {@code
 * Y[m][n]} its product with row {@code n} of {@code W}. With one token this is a matrix-vector
 * product (GEMV), and kernels treat it as one. Any shape is allowed, 0 included. Nothing is
 * allocated once the workspace has grown to the sizes in use.
 */
public interface PreparedMatrix extends AutoCloseable {

  /** Output features. */
  int rows();

  /** Input features. */
  int cols();

  /**
   * Exact sums of trits times activations; scales and {@link Epilogue} take no part. Every kernel
   * gives the same integers as the scalar one. Sums stay within int32 up to 16 million columns.
   *
   * @param x activations {@code [tokens, cols]}
   * @param sums result {@code [tokens, rows]}, overwritten
   * @throws IllegalArgumentException if a shape does not fit
   * @throws IllegalStateException if this matrix is closed
   */
  void matMul(Int8Matrix x, IntMatrix sums, Workspace workspace);

  /**
   * The product with all scales: {@code (sum * weightScale) * tokenScale}, each step rounded to
   * float32, and then the {@link Epilogue} of the matrix. With a scale a group the inner part is
   * the float32 sum of {@code groupSum * groupScale} in the order of the groups. So every kernel
   * gives the same bits as the scalar one.
   *
   * @param x activations {@code [tokens, cols]}
   * @param y result {@code [tokens, rows]}, overwritten
   * @throws IllegalArgumentException if a shape does not fit
   * @throws IllegalStateException if this matrix is closed
   */
  void matMul(Int8Matrix x, FloatMatrix y, Workspace workspace);

  /**
   * The product with float32 activations. Sums are float32 in an order that depends on the kernel:
   * the result lies within {@code cols * 2^-24 * sum(|w_i x_i|)} of the exact one (n-term
   * summation, Higham, Accuracy and Stability, section 4.2). A bias is one more term. ReLU follows.
   *
   * @param x activations {@code [tokens, cols]}
   * @param y result {@code [tokens, rows]}, overwritten
   * @throws IllegalArgumentException if a shape does not fit
   * @throws IllegalStateException if this matrix is closed
   */
  void matMul(FloatMatrix x, FloatMatrix y, Workspace workspace);

  /** Frees the memory; further products are refused. May be called again. */
  @Override
  void close();

  /** Checks the shapes of a product of {@code w} with {@code [tokens, xCols]}. */
  static void checkShapes(PreparedMatrix w, int tokens, int xCols, int yRows, int yCols) {
    if (xCols != w.cols() || yRows != tokens || yCols != w.rows()) {
      throw new IllegalArgumentException(
          "W is ["
              + w.rows()
              + ", "
              + w.cols()
              + "] so x must be [tokens, "
              + w.cols()
              + "] and y [tokens, "
              + w.rows()
              + "]; got x ["
              + tokens
              + ", "
              + xCols
              + "], y ["
              + yRows
              + ", "
              + yCols
              + "]");
    }
  }
}
