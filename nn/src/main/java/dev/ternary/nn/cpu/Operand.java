package dev.ternary.nn.cpu;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;

/**
 * A value in memory.
 *
 * @param shape of one sample
 * @param matrix {@code [samples, elements]}
 */
record Operand(Shape shape, FloatMatrix matrix) {

  int samples() {
    return matrix.rows();
  }

  /** Elements of one sample. */
  int size() {
    return matrix.cols();
  }

  MemorySegment values() {
    return matrix.values();
  }

  /** The size of the last dimension. */
  int last() {
    return Math.toIntExact(shape.dim(shape.rank() - 1));
  }

  /** The same memory as rows of the last dimension of all samples. */
  FloatMatrix rows() {
    return new FloatMatrix(Math.multiplyExact(samples(), size() / last()), last(), values());
  }
}
