package dev.ternary.kernel.spi;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;

/**
 * The weights of one matrix in the layout of a kernel: the inside of a {@link PreparedMatrix},
 * which says what its products are. It has checked what comes here: shapes fit, there is at least
 * one column, the scratch memory is for this product alone, and nothing is closed before the
 * product has ended. Tokens and rows may be 0.
 */
public interface KernelWeights extends AutoCloseable {

  /** Lays the weights out. */
  @FunctionalInterface
  interface Repacking {
    /**
     * The weights of {@code w}, which is not needed any more afterwards.
     *
     * @param w has at least one column
     * @param epilogue has as many biases as {@code w} rows, or none
     */
    KernelWeights repack(TernaryMatrix w, Epilogue epilogue);
  }

  /** Exact sums, as {@link PreparedMatrix#matMul(Int8Matrix, IntMatrix, Workspace)} defines. */
  void sums(Int8Matrix x, IntMatrix sums, Scratch scratch);

  /** With all scales, as {@link PreparedMatrix#matMul(Int8Matrix, FloatMatrix, Workspace)}. */
  void scaled(Int8Matrix x, FloatMatrix y, Scratch scratch);

  /** Of floats, as {@link PreparedMatrix#matMul(FloatMatrix, FloatMatrix, Workspace)}. */
  void floats(FloatMatrix x, FloatMatrix y, Scratch scratch);

  /** Frees the memory. Called once, by any thread, when no product runs and none will. */
  @Override
  void close();
}
