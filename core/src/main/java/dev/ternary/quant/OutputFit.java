package dev.ternary.quant;

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
    double[] gt = new double[n];
    for (int k = 0; k < n; k++) {
      if (trits[k] != 0) {
        add(gt, gram, k, trits[k]);
      }
    }
    double scale = scale(gt, cross, trits);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      int changed = 0;
      for (int k = 0; k < n; k++) {
        double diagonal = gram[k * n + k];
        int best = trits[k];
        double bestChange = 0;
        for (int trit = -1; trit <= 1; trit++) {
          double step = (trit - trits[k]) * scale;
          // Change of the error when weight k moves by step.
          double change = step * (2 * (scale * gt[k] - cross[k]) + step * diagonal);
          if (change < bestChange) {
            best = trit;
            bestChange = change;
          }
        }
        if (best != trits[k]) {
          add(gt, gram, k, best - trits[k]);
          trits[k] = (byte) best;
          changed++;
        }
      }
      scale = scale(gt, cross, trits);
      if (changed == 0) {
        break;
      }
    }
    return (float) scale;
  }

  private static void add(double[] gt, float[] gram, int k, int times) {
    int n = gt.length;
    for (int i = 0; i < n; i++) {
      gt[i] += times * (double) gram[k * n + i];
    }
  }

  private static double scale(double[] gt, float[] cross, byte[] trits) {
    double product = 0;
    double square = 0;
    for (int k = 0; k < trits.length; k++) {
      product += trits[k] * (double) cross[k];
      square += trits[k] * gt[k];
    }
    return square <= 0 ? 0 : Math.max(0, product / square);
  }
}
