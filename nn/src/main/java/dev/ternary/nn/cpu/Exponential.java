package dev.ternary.nn.cpu;

/**
 * Functions made of {@code exp}, in loops that become vector code, which calls of {@link Math#exp}
 * do not. {@code exp(x)} is a polynomial of {@code x / 4096}, squared twelve times, in float64.
 */
final class Exponential {

  /** Far beyond what float32 can tell from 0; the polynomial would turn around. */
  private static final double LEAST = -700;

  private static final double STEP = 1.0 / 4096;

  private Exponential() {}

  /**
   * {@code exp(x)} with a relative error below 2e-9 for {@code |x| <= 104}, beyond which results
   * leave float32: the first missing term of the series is at most {@code (104 / 4096)^6 / 6!},
   * below 4e-13, and twelve squarings make 4096 times that. Infinite where {@code x} is large.
   */
  private static double exp(double x) {
    double t = Math.max(x, LEAST) * STEP;
    double p = 1.0 / 24 + t * (1.0 / 120);
    p = 1.0 / 6 + t * p;
    p = 0.5 + t * p;
    p = 1 + t * p;
    p = 1 + t * p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    return p * p;
  }

  /** {@code x / (1 + exp(-x))} of the first {@code count} elements. */
  static void silu(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[i];
      x[i] = (float) (v / (1 + exp(-v)));
    }
  }

  /** {@code 1 / (1 + exp(-x))} of the first {@code count} elements. */
  static void sigmoid(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (float) (1 / (1 + exp(-(double) x[i])));
    }
  }
}
