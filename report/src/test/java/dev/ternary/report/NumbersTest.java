package dev.ternary.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {

  @Test
  void sizesTakeTheLargestUnitThatFits() {
    assertThat(Numbers.bytes(0)).isEqualTo("0 B");
    assertThat(Numbers.bytes(999)).isEqualTo("999 B");
    assertThat(Numbers.bytes(1000)).isEqualTo("1.00 kB");
    assertThat(Numbers.bytes(1_337_344)).isEqualTo("1.34 MB");
    assertThat(Numbers.bytes(25_300_000_000L)).isEqualTo("25.3 GB");
  }

  @Test
  void sharesBecomePerCent() {
    assertThat(Numbers.percent(0.98516)).isEqualTo("98.52 %");
  }

  @Test
  void thousandsAreSet() {
    assertThat(Numbers.count(334_336)).isEqualTo("334 336");
  }
}
