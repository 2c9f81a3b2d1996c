package dev.ternary.nn.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ExponentialTest {

  private static float[] line() {
    float[] x = new float[220_001];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 110_000) * 1e-3f;
    }
    return x;
  }

  @Test
  void isRoundedFromWhatMathExpGives() {
    float[] silu = line();
    float[] sigmoid = line();
    Exponential.silu(silu, silu.length);
    Exponential.sigmoid(sigmoid, sigmoid.length);
    float[] x = line();
    for (int i = 0; i < x.length; i++) {
      double s = 1 / (1 + Math.exp(-(double) x[i]));
      // Half a place of float32 and the error before that.
      double most = 0x1p-24 + 2e-9;
      assertThat((double) sigmoid[i]).isCloseTo(s, within(most * s + Float.MIN_VALUE));
      double product = x[i] * s;
      double bound = most * Math.abs(product) + Float.MIN_VALUE;
      assertThat((double) silu[i]).isCloseTo(product, within(bound));
    }
  }

  @Test
  void holdsAtTheEndsOfFloats() {
    float[] x = {0, -0f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN};
    float[] silu = x.clone();
    float[] sigmoid = x.clone();
    Exponential.silu(silu, x.length);
    Exponential.sigmoid(sigmoid, x.length);
    assertThat(silu)
        .containsExactly(0, -0f, Float.MAX_VALUE, -0f, Float.POSITIVE_INFINITY, Float.NaN);
    assertThat(sigmoid).containsExactly(0.5f, 0.5f, 1, 0, 1, Float.NaN);
  }
}
