package dev.ternary.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ChanceTest {

  /** Of 10,000 in ten classes the deviation is sqrt(0.1 * 0.9 / 10000) = 0.003. */
  @Test
  void warnsWithinThreeStandardDeviations() {
    var ten = new Chance(0.1);
    assertThat(ten.warning("ternary", 0.098, 10_000)).isPresent();
    assertThat(ten.warning("ternary", 0.1089, 10_000)).isPresent();
    assertThat(ten.warning("ternary", 0.1091, 10_000)).isEmpty();
    assertThat(ten.warning("ternary", 0.98, 10_000)).isEmpty();
    assertThat(ten.warning("ternary", 0.098, 10_000).orElseThrow())
        .startsWith("ternary has 9.80 % right, no more than by chance (10.00 % are of one class)");
  }

  /** (1 - 1)^2 + (-1 + 1)^2 + 0.5^2 = 0.25 of 1 + 1 + 0.25 = 2.25. */
  @Test
  void theErrorIsAShareOfTheSquares() {
    assertThat(TernaryLayers.relativeError(new float[] {1, -1, 0.5f}, new float[] {1, -1, 0}))
        .isEqualTo(0.25 / 2.25, within(1e-12));
    assertThat(TernaryLayers.relativeError(new float[2], new float[2])).isZero();
  }
}
