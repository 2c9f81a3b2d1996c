package dev.ternary.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdRuleTest {

  @ParameterizedTest
  @CsvSource({
    "absolute, absolute:0.5",
    "absolute:0.25, absolute:0.25",
    "absmean, absmean:0.5",
    "absmean:0, absmean:0.0",
    "twn, twn:0.7",
    "twn:0.75, twn:0.75",
    "optimal, optimal",
  })
  void rulesAreReadAsTheyAreWritten(String text, String written) {
    assertThat(ThresholdRule.parse(text)).hasToString(written);
    assertThat(ThresholdRule.parse(written)).isEqualTo(ThresholdRule.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mean", "optimal:1", "Absmean", "twn 0.7", "foo:1"})
  void otherWordsAreNoRule(String text) {
    assertThatThrownBy(() -> ThresholdRule.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown quantization method '"
                + text
                + "', expected absolute[:T], absmean[:RATIO], twn[:RATIO] or optimal");
  }

  @ParameterizedTest
  @ValueSource(strings = {"absmean:", "twn:x", "absolute:0,5"})
  void aRuleEndsInANumber(String text) {
    assertThatThrownBy(() -> ThresholdRule.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("quantization method '" + text + "' does not end in a number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"absmean:-1", "twn:NaN", "absolute:Infinity"})
  void aThresholdIsFiniteAndNotNegative(String text) {
    assertThatThrownBy(() -> ThresholdRule.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be a number of 0 or more, got ");
  }
}
