package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * One operation ready to run. Immutable and shared between threads; what a run changes lies in the
 * {@link Memory} it is bound to. Owns its weights until it is closed.
 */
interface Operator extends AutoCloseable {

  /** Multiplications for one sample, about; decides on the number of threads. */
  long work(List<Shape> in, Shape out);

  /**
   * Whether the output may lie in the memory of input number {@code index}, if that has as many
   * elements.
   */
  default boolean inPlace(int index) {
    return false;
  }

  /** Whether input number {@code index} may be one sample that stands for all. */
  default boolean repeats(int index) {
    return false;
  }

  /**
   * Whether it is faster where the largest absolute value of each sample of input number {@code
   * index} is known.
   */
  default boolean readsMaxima(int index) {
    return false;
  }

  /** Whether it can say the largest absolute value of each sample of its output. */
  default boolean writesMaxima() {
    return false;
  }

  /**
   * Plans the run on as many samples as the operands have.
   *
   * @param memory where scratch comes from
   * @return reads the inputs and writes the output, as often as it is called
   */
  Runnable bind(Memory memory, List<Operand> in, Operand out);

  /** Frees the weights. */
  @Override
  default void close() {}
}
