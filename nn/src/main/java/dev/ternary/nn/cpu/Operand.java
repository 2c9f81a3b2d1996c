package dev.ternary.nn.cpu;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.FeatureMaps;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A value in memory.
 *
 * @param shape of one sample, with its dimensions as they lie in memory
 * @param matrix {@code [samples, elements]}
 * @param maxima {@code [samples, 1]}: the largest absolute value of each sample, where who makes
 *     the value says it and who reads it asks for it
 */
record Operand(Shape shape, FloatMatrix matrix, Optional<FloatMatrix> maxima) {

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

  /** The size of a dimension in memory. */
  int dim(int axis) {
    return Math.toIntExact(shape.dim(axis));
  }

  /** The size of the last dimension. */
  int last() {
    return dim(shape.rank() - 1);
  }

  /** The same memory as rows of the last dimension of all samples. */
  FloatMatrix rows() {
    return new FloatMatrix(Math.multiplyExact(samples(), size() / last()), last(), values());
  }

  /** The same memory as images with their channels last. */
  FeatureMaps featureMaps() {
    return new FeatureMaps(matrix, maxima);
  }
}
