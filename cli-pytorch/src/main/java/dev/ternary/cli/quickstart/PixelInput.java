package dev.ternary.cli.quickstart;

import dev.ternary.nn.Layer;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Moves the normalisation of the training into the first layer, so that the stored model takes
 * pixels from 0 to 255 as they are.
 *
 * @param mean mean of the training pixels in 0..1
 * @param std standard deviation of the training pixels in 0..1
 */
record PixelInput(float mean, float std) {

  /**
   * The same network for pixels {@code p} where {@code layers} takes {@code (p / 255 - mean) /
   * std}: with weights {@code w} the first layer gives {@code sum(w x) = sum(w p) / (255 std) -
   * sum(w) mean / std}.
   */
  List<Layer> fold(List<Layer> layers) {
    var folded = new ArrayList<Layer>(layers);
    for (int i = 0; i < folded.size(); i++) {
      switch (folded.get(i)) {
        case Layer.Flatten _ -> {}
        case Layer.TernaryLinear linear -> {
          TernaryMatrix w = linear.weights();
          float[] sums = sums(w.toFloatArray(), w.rows());
          float[] scales = w.scales().toArray();
          for (int s = 0; s < scales.length; s++) {
            scales[s] /= 255 * std;
          }
          TernaryMatrix scaled = w.withScales(Scales.of(w.scales().granularity(), scales));
          Tensor bias = bias(linear.bias(), sums);
          folded.set(i, new Layer.TernaryLinear(scaled, Optional.of(bias), linear.activations()));
          return folded;
        }
        case Layer.Linear linear -> {
          float[] weights = linear.weights().toFloatArray();
          Tensor bias = bias(linear.bias(), sums(weights, (int) linear.weights().shape().dim(0)));
          for (int k = 0; k < weights.length; k++) {
            weights[k] /= 255 * std;
          }
          folded.set(
              i, new Layer.Linear(Tensor.of(linear.weights().shape(), weights), Optional.of(bias)));
          return folded;
        }
        default ->
            throw new IllegalArgumentException(
                "the first layer must be linear, found " + folded.get(i));
      }
    }
    throw new IllegalArgumentException("the network has no layer");
  }

  private static float[] sums(float[] weights, int rows) {
    float[] sums = new float[rows];
    int cols = weights.length / rows;
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int col = 0; col < cols; col++) {
        sum += weights[row * cols + col];
      }
      sums[row] = (float) sum;
    }
    return sums;
  }

  private Tensor bias(Optional<Tensor> before, float[] sums) {
    float[] bias = before.map(Tensor::toFloatArray).orElseGet(() -> new float[sums.length]);
    for (int row = 0; row < bias.length; row++) {
      bias[row] -= sums[row] * mean / std;
    }
    return Tensor.of(Shape.of(bias.length), bias);
  }
}
