package dev.ternary.nn.run;

import dev.ternary.kernel.FloatMatrix;

/**
 * One layer ready to run on samples of a fixed size. Immutable and shared between threads; what a
 * run changes lies in the {@link Memory} it is bound to. Owns its weights until it is closed.
 */
public interface Step extends AutoCloseable {

  /** Elements of one input. */
  int inSize();

  /** Elements of one output. */
  int outSize();

  /** Multiplications for one sample, about; decides on the number of threads. */
  long work();

  /** Whether a run may have its output in the memory of its input. */
  default boolean inPlace() {
    return false;
  }

  /**
   * Plans the run on as many samples as {@code x} has rows.
   *
   * @param memory where scratch comes from
   * @param x {@code [samples, inSize]}
   * @param y {@code [samples, outSize]}
   * @return reads {@code x} and writes {@code y}, as often as it is called
   */
  Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y);

  /** Frees the weights. */
  @Override
  default void close() {}
}
