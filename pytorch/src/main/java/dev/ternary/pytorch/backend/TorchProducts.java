package dev.ternary.pytorch.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import dev.ternary.pytorch.functions.ActivationRounding;
import dev.ternary.tensor.Tensor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Products with weights.
 *
 * @param manager owns the weights
 * @param layout how those of convolutions lie in memory, which is also how libtorch then lays out
 *     the results
 */
record TorchProducts(NDManager manager, TorchLayout layout) {

  TorchOperator linear(Operation.Linear o) {
    Tensor dense = o.values().toDense();
    // Transposed once: what is made of the weights in a run would belong to their manager.
    NDArray weights = manager.create(dense.toFloatArray(), shape(dense)).transpose();
    Optional<NDArray> bias = bias(o);
    long inputs = dense.shape().dim(1);
    Activations form = activations(o.values());
    return (in, out) -> {
      // A row is a token, whatever the dimensions in front of it are.
      NDArray rows = rounded(in.getFirst().reshape(-1, inputs), form);
      NDArray y = rows.matMul(weights);
      bias.ifPresent(y::addi);
      return followed(y.reshape(out), o.post());
    };
  }

  TorchOperator conv(Operation.Conv2d o) {
    NDArray weights = convWeights(o.values().toDense());
    @Nullable NDArray bias = bias(o).orElse(null);
    ConvGeometry g = o.geometry();
    var stride = new Shape(g.strideH(), g.strideW());
    var padding = new Shape(g.padH(), g.padW());
    var dilation = new Shape(g.dilationH(), g.dilationW());
    Activations form = activations(o.values());
    return TorchOperator.of(x -> {
      NDArray input = rounded(x, form);
      NDArray y =
          Conv2d.conv2d(input, weights, bias, stride, padding, dilation, g.groups())
              .singletonOrThrow();
      return followed(y, o.post());
    });
  }

  private NDArray convWeights(Tensor dense) {
    float[] values = dense.toFloatArray();
    return switch (layout) {
      case CHANNELS_FIRST -> manager.create(values, shape(dense));
      case CHANNELS_LAST -> {
        int out = Math.toIntExact(dense.shape().dim(0));
        int in = Math.toIntExact(dense.shape().dim(1));
        int window = Math.toIntExact(dense.shape().dim(2) * dense.shape().dim(3));
        float[] last = new float[values.length];
        for (int i = 0; i < values.length; i++) {
          int place = i % window;
          int channel = i / window % in;
          last[(i / window / in * window + place) * in + channel] = values[i];
        }
        yield manager
            .create(last, new Shape(out, dense.shape().dim(2), dense.shape().dim(3), in))
            .transpose(0, 3, 1, 2);
      }
    };
  }

  private Optional<NDArray> bias(Operation.Product o) {
    return o.bias().map(bias -> manager.create(bias.toFloatArray()));
  }

  private static Shape shape(Tensor tensor) {
    return new Shape(tensor.shape().toArray());
  }

  private static Activations activations(Weights weights) {
    return switch (weights) {
      case Weights.Ternary(_, var form) -> form;
      case Weights.Dense _, Weights.Int8 _ -> Activations.FLOAT32;
    };
  }

  private static NDArray rounded(NDArray x, Activations form) {
    if (form == Activations.INT8) {
      float largest = x.abs().max().getFloat();
      if (!Float.isFinite(largest)) {
        throw new IllegalArgumentException(
            "activations that are rounded to int8 must be finite, found " + largest);
      }
    }
    return ActivationRounding.of(x, form);
  }

  private static NDArray followed(NDArray y, Operation.PostOp post) {
    return switch (post) {
      case NONE -> y;
      case RELU -> {
        try (y) {
          yield Activation.relu(y);
        }
      }
    };
  }
}
