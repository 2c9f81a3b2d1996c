package dev.ternary.nn.graph;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Optional;

/** Checks of the parts of one operation against each other. */
final class OperationChecks {

  private OperationChecks() {}

  static void dimensions(String name, int count) {
    if (count > OutputShapes.MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          name + " must have at most " + OutputShapes.MOST_DIMENSIONS + " entries, got " + count);
    }
  }

  static void floating(String name, Tensor tensor) {
    switch (tensor.dtype()) {
      case F32, F16, BF16, F64 -> {}
      case I8, U8, I16, I32, I64, BOOL ->
          throw new IllegalArgumentException(name + " must be floating-point, got " + tensor);
    }
  }

  static void rank(String name, int rank, Shape shape) {
    if (shape.rank() != rank) {
      throw new IllegalArgumentException(
          name + " must have " + rank + " dimensions, got shape " + shape);
    }
  }

  static void sameShape(String name, Shape expected, Tensor tensor) {
    floating(name, tensor);
    if (!tensor.shape().equals(expected)) {
      throw new IllegalArgumentException(
          name + " must have the shape " + expected + " of gamma, got " + tensor.shape());
    }
  }

  static void bias(Optional<Tensor> bias, long outputs) {
    bias.ifPresent(b -> {
      floating("bias", b);
      if (!b.shape().equals(Shape.of(outputs))) {
        throw new IllegalArgumentException(
            "bias must have shape [" + outputs + "], got " + b.shape());
      }
    });
  }

  static void convWeights(Shape shape, ConvGeometry geometry) {
    if (shape.rank() != 4) {
      throw new IllegalArgumentException(
          "weights must have shape [out, in / groups, kernelH, kernelW], got " + shape);
    }
    for (int axis = 0; axis < 4; axis++) {
      if (shape.dim(axis) < 1 || shape.dim(axis) > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "each dimension of the weights must be from 1 to 2^31 - 1, got " + shape);
      }
    }
    if (shape.dim(0) % geometry.groups() != 0) {
      throw new IllegalArgumentException(
          geometry.groups() + " groups must divide the outputs, got weights " + shape);
    }
  }

  static void eps(float eps) {
    if (!(eps >= 0) || Float.isInfinite(eps)) {
      throw new IllegalArgumentException("eps must be finite and at least 0, got " + eps);
    }
  }

  static void variances(Tensor variance, float eps) {
    float[] values = variance.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] + eps > 0)) {
        throw new IllegalArgumentException(
            "variance + eps must be above 0, got " + values[i] + " + " + eps + " at index " + i);
      }
    }
  }

  static void normGamma(Tensor gamma) {
    floating("gamma", gamma);
    if (gamma.shape().rank() < 1 || gamma.shape().elements() < 1) {
      throw new IllegalArgumentException(
          "gamma must have at least 1 dimension and element, got shape " + gamma.shape());
    }
  }
}
