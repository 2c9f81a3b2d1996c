package dev.ternary.nn.quantize;

import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;

/**
 * Takes the statistics of a batch norm anew from what reaches it in the ternary network. Where the
 * samples are too few to estimate them, they are only moved by what the input of the norm became:
 * the output then has the mean and variance on the samples that it has in the float network.
 */
final class NormFit {

  /** Values of a feature whose mean and variance are known to some per cent. */
  private static final long ENOUGH = 512;

  private NormFit() {}

  private static final class Moments {
    private final double[] mean;
    private final double[] variance;

    private Moments(double[] mean, double[] variance) {
      this.mean = mean;
      this.variance = variance;
    }

    static Moments of(Values values, int features) {
      int each = Math.toIntExact(values.sample().elements()) / features;
      double[] sum = new double[features];
      double[] square = new double[features];
      float[] sample = new float[features * each];
      for (int i = 0; i < values.samples(); i++) {
        values.copy(i, sample);
        for (int f = 0; f < features; f++) {
          for (int k = f * each; k < (f + 1) * each; k++) {
            sum[f] += sample[k];
            square[f] += sample[k] * (double) sample[k];
          }
        }
      }
      double count = (double) values.samples() * each;
      for (int f = 0; f < features; f++) {
        sum[f] /= count;
        square[f] = Math.max(0, square[f] / count - sum[f] * sum[f]);
      }
      return new Moments(sum, square);
    }
  }

  /**
   * The norm for the ternary network.
   *
   * @param norm the float network's
   * @param seen what reaches it in the ternary network
   * @param meant what reaches it in the float network
   */
  static Operation.BatchNorm fit(Operation.BatchNorm norm, Values seen, Values meant) {
    int features = Math.toIntExact(norm.gamma().shape().dim(0));
    Moments now = Moments.of(seen, features);
    Moments then = Moments.of(meant, features);
    float[] mean = norm.mean().toFloatArray();
    float[] variance = norm.variance().toFloatArray();
    boolean enough = seen.samples() * (seen.sample().elements() / features) >= ENOUGH;
    for (int f = 0; f < features; f++) {
      double ratio = now.variance[f] / then.variance[f];
      // A feature without variance says nothing of its spread, only of its mean.
      boolean known = now.variance[f] > 0 && then.variance[f] > 0 && Double.isFinite(ratio);
      double spread = known ? ratio : 1;
      double moved = now.mean[f] - Math.sqrt(spread) * (then.mean[f] - mean[f]);
      double widened = (variance[f] + (double) norm.eps()) * spread - norm.eps();
      boolean anew = enough && known;
      mean[f] = (float) (anew ? now.mean[f] : moved);
      variance[f] = (float) Math.max(0, anew ? now.variance[f] : widened);
    }
    Shape shape = Shape.of(features);
    return new Operation.BatchNorm(
        norm.gamma(), norm.beta(), Tensor.of(shape, mean), Tensor.of(shape, variance), norm.eps());
  }
}
