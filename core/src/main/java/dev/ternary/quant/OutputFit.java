package dev.ternary.quant;

import java.util.Arrays;

/**
 * Fits one row of ternary weights to what the float weights did with the inputs, instead of to the
 * float weights: minimises {@code |X q - y|^2} over {@code q = scale * trits}, where {@code y} is
 * the float layer's output for the inputs it had. Coordinate descent on the trits with the
 * least-squares scale after each sweep; it never ends worse than it began.
 */
public final class OutputFit {

  private static final int SWEEPS = 20;

  private OutputFit() {}

  /**
   * Improves {@code trits} in place and returns their scale.
   *
   * @param gram {@code X^T X}, row-major {@code [n, n]}
   * @param cross {@code X^T y}
   * @param trits where to begin, each -1, 0 or +1
   */
  public static float fit(float[] gram, float[] cross, byte[] trits) {
    int n = trits.length;
    float[][] rows = new float[n][];
    double[] products = new double[n];
    for (int k = 0; k < n; k++) {
      rows[k] = Arrays.copyOfRange(gram, k * n, (k + 1) * n);
      if (trits[k] != 0) {
        add(products, rows[k], trits[k]);
      }
    }
    return fit(rows, cross, trits, products);
  }

  /**
   * As {@link #fit(float[], float[], byte[])} for callers that fit many rows to one {@code gram},
   * and can multiply it with all of them at once.
   *
   * @param gram {@code X^T X}, {@code [n][n]}; only read
   * @param cross {@code X^T y}
   * @param trits where to begin, each -1, 0 or +1; improved in place
   * @param products {@code gram} times {@code trits}; brought up to date
   */
  public static float fit(float[][] gram, float[] cross, byte[] trits, double[] products) {
    double scale = scale(products, cross, trits);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      int changed = 0;
      for (int k = 0; k < trits.length; k++) {
        double diagonal = gram[k][k];
        int best = trits[k];
        double bestChange = 0;
        for (int trit = -1; trit <= 1; trit++) {
          double step = (trit - trits[k]) * scale;
          // Change of the error when weight k moves by step.
          double change = step * (2 * (scale * products[k] - cross[k]) + step * diagonal);
          if (change < bestChange) {
            best = trit;
            bestChange = change;
          }
        }
        if (best != trits[k]) {
          add(products, gram[k], best - trits[k]);
          trits[k] = (byte) best;
          changed++;
        }
      }
      scale = scale(products, cross, trits);
      if (changed == 0) {
        break;
      }
    }
    return (float) scale;
  }

  private static void add(double[] products, float[] row, int times) {
    for (int i = 0; i < products.length; i++) {
      products[i] += times * (double) row[i];
    }
  }

  private static double scale(double[] products, float[] cross, byte[] trits) {
    double product = 0;
    double square = 0;
    for (int k = 0; k < trits.length; k++) {
      product += trits[k] * (double) cross[k];
      square += trits[k] * products[k];
    }
    return square <= 0 ? 0 : Math.max(0, product / square);
  }
}
