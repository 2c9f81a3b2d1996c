package dev.ternary.kernel;

import dev.ternary.kernel.spi.KernelWeights;
import dev.ternary.kernel.spi.Lease;
import dev.ternary.kernel.spi.ReadableWeights;
import dev.ternary.kernel.spi.Scratch;
import dev.ternary.packed.TernaryMatrix;
import java.util.OptionalLong;

/**
 * A ternary matrix {@code W} of shape {@code [rows, cols]} in the layout of one kernel, ready to
 * multiply, with the {@link Epilogue} it was prepared with. Immutable and safe to share between
 * threads; each thread brings its own {@link Workspace}. Owns its memory until it is closed, which
 * any thread may do at any time: a product that is under way ends as if nothing had happened, and
 * the memory goes when the last one has ended.
 *
 * <p>All products are {@code Y = X W^T}: row {@code m} of {@code X} is one token, and {@code
 * Y[m][n]} its product with row {@code n} of {@code W}. With one token this is a matrix-vector
 * product (GEMV), and kernels treat it as one. Any shape is allowed, 0 included. Nothing is
 * allocated once the workspace has grown to the sizes in use.
 */
public final class PreparedMatrix implements AutoCloseable {

  private final int rows;
  private final int cols;
  private final KernelWeights weights;
  private final Lease lease;

  private PreparedMatrix(int rows, int cols, KernelWeights weights) {
    this.rows = rows;
    this.cols = cols;
    this.weights = weights;
    this.lease = new Lease("the matrix", weights::close);
  }

  /**
   * A matrix in the layout that {@code repacking} makes. For kernels: users call {@link
   * TernaryKernel#prepare}.
   *
   * @throws IllegalArgumentException if there is a bias and not one for each row
   */
  @SuppressWarnings("exports") // who writes a kernel sees the other face
  public static PreparedMatrix of(
      TernaryMatrix w, Epilogue epilogue, KernelWeights.Repacking repacking) {
    epilogue.checkRows(w.rows());
    KernelWeights weights =
        w.cols() == 0 ? new EmptyColumns(epilogue) : repacking.repack(w, epilogue);
    return new PreparedMatrix(w.rows(), w.cols(), weights);
  }

  /** Output features. */
  public int rows() {
    return rows;
  }

  /** Input features. */
  public int cols() {
    return cols;
  }

  /**
   * Exact sums of trits times activations; scales and {@link Epilogue} take no part. Every kernel
   * gives the same integers as the scalar one. Sums stay within int32 up to 16 million columns.
   *
   * @param x activations {@code [tokens, cols]}
   * @param sums result {@code [tokens, rows]}, overwritten
   * @throws IllegalArgumentException if a shape does not fit
   * @throws IllegalStateException if this matrix is closed, or another thread uses the workspace
   */
  public void matMul(Int8Matrix x, IntMatrix sums, Workspace workspace) {
    if (x.cols() != cols || sums.rows() != x.rows() || sums.cols() != rows) {
      throw misfit(x, sums);
    }
    Scratch scratch = begin(workspace);
    try {
      weights.sums(x, sums, scratch);
    } finally {
      end(scratch);
    }
  }

  /**
   * The product with all scales: {@code (sum * weightScale) * tokenScale}, each step rounded to
   * float32, and then the {@link Epilogue} of the matrix. With a scale a group the inner part is
   * the float32 sum of {@code groupSum * groupScale} in the order of the groups. So every kernel
   * gives the same bits as the scalar one.
   *
   * @param x activations {@code [tokens, cols]}
   * @param y result {@code [tokens, rows]}, overwritten
   * @throws IllegalArgumentException if a shape does not fit
   * @throws IllegalStateException if this matrix is closed, or another thread uses the workspace
   */
  public void matMul(Int8Matrix x, FloatMatrix y, Workspace workspace) {
    if (x.cols() != cols || y.rows() != x.rows() || y.cols() != rows) {
      throw misfit(x, y);
    }
    Scratch scratch = begin(workspace);
    try {
      weights.scaled(x, y, scratch);
    } finally {
      end(scratch);
    }
  }

  /**
   * The product with float32 activations. Sums are float32 in an order that depends on the kernel:
   * the result lies within {@code cols * 2^-24 * sum(|w_i x_i|)} of the exact one (n-term
   * summation, Higham, Accuracy and Stability, section 4.2). A bias is one more term. ReLU follows.
   *
   * @param x activations {@code [tokens, cols]}
   * @param y result {@code [tokens, rows]}, overwritten
   * @throws IllegalArgumentException if a shape does not fit
   * @throws IllegalStateException if this matrix is closed, or another thread uses the workspace
   */
  public void matMul(FloatMatrix x, FloatMatrix y, Workspace workspace) {
    if (x.cols() != cols || y.rows() != x.rows() || y.cols() != rows) {
      throw misfit(x, y);
    }
    Scratch scratch = begin(workspace);
    try {
      weights.floats(x, y, scratch);
    } finally {
      end(scratch);
    }
  }

  /**
   * Bytes that one product with one token reads: weights and their scales. Empty where the kernel
   * does not tell.
   */
  public OptionalLong weightBytes() {
    return weights instanceof ReadableWeights readable
        ? OptionalLong.of(readable.weightBytes())
        : OptionalLong.empty();
  }

  /**
   * Reads all weights once, as fast as this CPU can, on the threads of {@code workspace}. That
   * takes the time that no product with one token can go below, so benchmarks compare with it.
   *
   * @throws IllegalStateException if this matrix is closed, another thread uses the workspace, or
   *     {@link #weightBytes} is empty
   */
  public void readWeights(Workspace workspace) {
    if (!(weights instanceof ReadableWeights readable)) {
      throw new IllegalStateException(this + " is of a kernel that only multiplies");
    }
    Scratch scratch = begin(workspace);
    try {
      readable.readWeights(scratch);
    } finally {
      end(scratch);
    }
  }

  private Scratch begin(Workspace workspace) {
    lease.acquire();
    try {
      return workspace.begin();
    } catch (RuntimeException | Error e) {
      lease.release();
      throw e;
    }
  }

  private void end(Scratch scratch) {
    scratch.end();
    lease.release();
  }

  private IllegalArgumentException misfit(Object x, Object y) {
    String wanted = this + " takes x [tokens, " + cols + "] and y [tokens, " + rows + "]";
    return new IllegalArgumentException(wanted + "; got x " + x + ", y " + y);
  }

  /**
   * Refuses further products, and frees the memory as soon as none is under way. May be called
   * again.
   */
  @Override
  public void close() {
    lease.close();
  }

  @Override
  public String toString() {
    return "W [" + rows + ", " + cols + "]";
  }
}
