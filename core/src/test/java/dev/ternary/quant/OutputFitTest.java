package dev.ternary.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OutputFitTest {

  private static double error(float[] x, float[] y, byte[] trits, double scale) {
    int n = trits.length;
    double error = 0;
    for (int i = 0; i < y.length; i++) {
      double found = 0;
      for (int k = 0; k < n; k++) {
        found += x[i * n + k] * trits[k] * scale;
      }
      error += (y[i] - found) * (y[i] - found);
    }
    return error;
  }

  /** All 3^6 rows with their best scale each are few enough to try. */
  @Test
  void theFitOfARowComesNearTheBestOfAllAndIsNeverWorseThanItsStart() {
    var random = new SplittableRandom(2);
    int n = 6;
    int best = 0;
    for (int trial = 0; trial < 30; trial++) {
      float[] x = new float[40 * n];
      float[] y = new float[40];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      for (int i = 0; i < y.length; i++) {
        y[i] = x[i * n] - 0.6f * x[i * n + 1] + (float) random.nextGaussian() / 3;
      }
      float[] gram = new float[n * n];
      float[] cross = new float[n];
      for (int i = 0; i < y.length; i++) {
        for (int a = 0; a < n; a++) {
          cross[a] += x[i * n + a] * y[i];
          for (int b = 0; b < n; b++) {
            gram[a * n + b] += x[i * n + a] * x[i * n + b];
          }
        }
      }
      double least = Double.MAX_VALUE;
      for (int code = 0; code < 729; code++) {
        byte[] t = new byte[n];
        double product = 0;
        double square = 0;
        for (int k = 0, rest = code; k < n; k++, rest /= 3) {
          t[k] = (byte) (rest % 3 - 1);
        }
        for (int a = 0; a < n; a++) {
          product += t[a] * cross[a];
          for (int b = 0; b < n; b++) {
            square += t[a] * t[b] * gram[a * n + b];
          }
        }
        least = Math.min(least, error(x, y, t, square == 0 ? 0 : product / square));
      }
      byte[] trits = {1, 0, 1, 0, 0, -1};
      double before = error(x, y, trits, 0.5);
      float scale = OutputFit.fit(gram, cross, trits);
      double found = error(x, y, trits, scale);
      assertThat(found).isLessThanOrEqualTo(before);
      best += found < least * 1.0001 ? 1 : 0;
    }
    assertThat(best).isGreaterThan(20);
  }
}
