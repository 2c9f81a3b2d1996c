package dev.ternary.nn.quantize;

import dev.ternary.kernel.Parallelism;
import dev.ternary.quant.OutputFit;
import java.util.Arrays;

/** Fits the rows of one layer, or of one group of a convolution, to its outputs. */
final class RowFits {

  /**
   * Each weight is drawn to its float value as if the inputs had this much more power in all
   * directions alike: without it a row follows the noise of few samples. GPTQ's default (Frantar et
   * al., arXiv 2210.17323, section 3.3).
   */
  private static final double DAMPING = 0.01;

  private final NormalEquations equations;
  private final float[][] weights;
  private final byte[][] trits;
  private final float[] scales;
  private final double[] before;
  private final double[] after;
  private final double damping;

  private RowFits(NormalEquations equations, float[][] weights, byte[][] trits, float[] scales) {
    this.equations = equations;
    this.weights = weights;
    this.trits = trits;
    this.scales = scales;
    this.before = new double[trits.length];
    this.after = new double[trits.length];
    double trace = 0;
    float[][] gram = equations.gram();
    for (int k = 0; k < gram.length; k++) {
      trace += gram[k][k];
    }
    this.damping = DAMPING * trace / Math.max(1, gram.length);
  }

  /** Squared errors of all rows. */
  record Errors(double before, double after, double square) {
    Errors plus(Errors other) {
      return new Errors(before + other.before, after + other.after, square + other.square);
    }
  }

  /**
   * Fits rows in place.
   *
   * @param equations of the layer; its gram matrix is damped by this
   * @param weights the float rows
   * @param trits the rows as the weights alone give them
   * @param scales theirs
   */
  static Errors fit(
      NormalEquations equations,
      float[][] weights,
      byte[][] trits,
      float[] scales,
      Parallelism threads) {
    var fits = new RowFits(equations, weights, trits, scales);
    float[][] products = fits.products(threads);
    float[][] gram = equations.gram();
    for (int k = 0; k < gram.length; k++) {
      gram[k][k] += (float) fits.damping;
    }
    threads.forParts(
        trits.length,
        1,
        (_, from, to) -> {
          for (int row = from; row < to; row++) {
            fits.fitRow(row, products[row]);
          }
        });
    double square = 0;
    for (int row = 0; row < trits.length; row++) {
      square += equations.square(row);
    }
    return new Errors(Arrays.stream(fits.before).sum(), Arrays.stream(fits.after).sum(), square);
  }

  /** The trits of all rows times the gram matrix. */
  private float[][] products(Parallelism threads) {
    int cols = equations.gram().length;
    float[][] turned = new float[cols][trits.length];
    for (int k = 0; k < cols; k++) {
      for (int row = 0; row < trits.length; row++) {
        turned[k][row] = trits[row][k];
      }
    }
    float[][] products = new float[trits.length][cols];
    NormalEquations.addProducts(turned, equations.gram(), products, false, threads);
    return products;
  }

  private void fitRow(int row, float[] start) {
    byte[] t = trits[row];
    float[] cross = equations.cross(row);
    double[] products = new double[t.length];
    float[] target = new float[t.length];
    for (int k = 0; k < t.length; k++) {
      products[k] = start[k] + damping * t[k];
      target[k] = (float) (cross[k] + damping * weights[row][k]);
    }
    double square = square(t, products);
    double product = product(t, cross);
    before[row] = error(row, scales[row], square, product);
    byte[] fitted = t.clone();
    float scale = OutputFit.fit(equations.gram(), target, fitted, products);
    double found = error(row, scale, square(fitted, products), product(fitted, cross));
    if (found <= before[row]) {
      trits[row] = fitted;
      scales[row] = scale;
      after[row] = found;
    } else {
      // The damping led away from these samples: only the scale is fitted.
      float best = square <= 0 ? scales[row] : (float) Math.max(0, product / square);
      double error = error(row, best, square, product);
      scales[row] = error <= before[row] ? best : scales[row];
      after[row] = Math.min(error, before[row]);
    }
  }

  private double error(int row, double scale, double square, double product) {
    return Math.max(0, equations.square(row) - 2 * scale * product + scale * scale * square);
  }

  /** {@code t^T G t} without the damping. */
  private double square(byte[] t, double[] products) {
    double sum = 0;
    for (int k = 0; k < t.length; k++) {
      sum += t[k] * (products[k] - damping * t[k]);
    }
    return sum;
  }

  private static double product(byte[] t, float[] cross) {
    double sum = 0;
    for (int k = 0; k < t.length; k++) {
      sum += t[k] * (double) cross[k];
    }
    return sum;
  }
}
