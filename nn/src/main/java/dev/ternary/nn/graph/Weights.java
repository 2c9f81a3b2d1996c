package dev.ternary.nn.graph;

import dev.ternary.kernel.Activations;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Objects;

/**
 * The weights of one operation in one of the forms that there are. Dimension 0 is the output
 * feature (of an embedding: the token). Does not own its memory.
 */
public sealed interface Weights {

  /** The shape of the weight, of rank 2 or more. */
  Shape shape();

  /** What the name of an operation with these weights begins with; empty for float weights. */
  String form();

  /**
   * Floating-point weights.
   *
   * @param values of any floating type
   */
  record Dense(Tensor values) implements Weights {
    public Dense {
      OperationChecks.floating("weights", values);
    }

    @Override
    public Shape shape() {
      return values.shape();
    }

    @Override
    public String form() {
      return "";
    }
  }

  /**
   * Trits times scales.
   *
   * @param values the weights
   * @param activations the form in which what they are multiplied with enters the product; without
   *     meaning for an embedding, which multiplies nothing
   */
  record Ternary(TernaryTensor values, Activations activations) implements Weights {
    public Ternary {
      Objects.requireNonNull(values, "values");
      Objects.requireNonNull(activations, "activations");
    }

    @Override
    public Shape shape() {
      return values.shape();
    }

    @Override
    public String form() {
      return "Ternary";
    }

    /** The same weights for activations of another form. */
    public Ternary with(Activations other) {
      return new Ternary(values, other);
    }
  }

  /**
   * Whole numbers from -128 to 127 with a scale for each row: {@code weight = value * scale}.
   *
   * @param values I8 {@code [rows, ...]}
   * @param scales floating-point {@code [rows]}
   */
  record Int8(Tensor values, Tensor scales) implements Weights {
    public Int8 {
      if (values.dtype() != DType.I8 || values.shape().rank() < 2) {
        throw new IllegalArgumentException(
            "int8 weights must be I8 with 2 dimensions or more, got " + values);
      }
      OperationChecks.floating("the scales of int8 weights", scales);
      if (!scales.shape().equals(Shape.of(values.shape().dim(0)))) {
        throw new IllegalArgumentException(
            "int8 weights "
                + values.shape()
                + " need scales ["
                + values.shape().dim(0)
                + "], got "
                + scales.shape());
      }
    }

    @Override
    public Shape shape() {
      return values.shape();
    }

    @Override
    public String form() {
      return "Int8";
    }
  }

  /** The weights as floats, row-major; new memory, or that of dense float32 weights. */
  default Tensor toDense() {
    return switch (this) {
      case Dense(var values) -> values;
      case Ternary(var values, _) -> Tensor.of(values.shape(), values.matrix().toFloatArray());
      case Int8(var values, var scales) -> {
        float[] floats = values.toFloatArray();
        int rows = Math.toIntExact(values.shape().dim(0));
        int cols = rows == 0 ? 0 : floats.length / rows;
        for (int i = 0; i < floats.length; i++) {
          floats[i] *= scales.getFloat(i / cols);
        }
        yield Tensor.of(values.shape(), floats);
      }
    };
  }
}
