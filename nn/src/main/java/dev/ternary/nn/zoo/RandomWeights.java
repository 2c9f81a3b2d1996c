package dev.ternary.nn.zoo;

import dev.ternary.nn.graph.StateDict;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Makes the tensors of a network of uniform random numbers: weights within {@code sqrt(6 / fan in)}
 * of 0, the variance of He et al. (arXiv 1502.01852); factors and variances of batch norms from 0.5
 * to 1.5; means and biases from -0.25 to 0.25.
 *
 * @param random where the numbers come from
 * @param outputs the size of a dimension that may have any, as that of the last layer
 */
public record RandomWeights(RandomGenerator random, int outputs) implements StateDict.Maker {

  @Override
  public Optional<Tensor> make(String name, long... dims) {
    Shape shape = Shape.of(Arrays.stream(dims).map(d -> d == -1 ? outputs : d).toArray());
    boolean factor =
        name.endsWith("running_var") || (name.endsWith(".weight") && shape.rank() == 1);
    double bound =
        shape.rank() > 1
            ? Math.sqrt(6.0 / (shape.elements() / (double) shape.dim(0)))
            : factor ? 0.5 : 0.25;
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1) + (factor ? 1 : 0));
    }
    return Optional.of(Tensor.of(shape, values));
  }
}
