package dev.ternary.cli.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamePatternTest {

  @Test
  void starsMatchAnyTextAndDotsMatchThemselves() {
    NamePattern pattern = NamePattern.of("layers.*.norm.weigh?");
    assertThat(pattern.matches("layers.11.norm.weight")).isTrue();
    assertThat(pattern.matches("layers.1.2.norm.weight")).isTrue();
    assertThat(pattern.matches("layersX1.norm.weight")).isFalse();
    assertThat(pattern.matches("layers.1.norm.weight.more")).isFalse();
  }

  @Test
  void charactersOfRegularExpressionsHaveNoMeaning() {
    assertThat(NamePattern.of("a[0]+\\E").matches("a[0]+\\E")).isTrue();
    assertThat(NamePattern.of("a[0]").matches("a0")).isFalse();
  }
}
