package dev.ternary.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LearningRateTest {

  @Test
  void schedulesGiveTheRatesTheyPromise() {
    var cosine = new LearningRate.Cosine(2, 10);
    assertThat(cosine.at(0, 110)).isEqualTo(0.2);
    assertThat(cosine.at(9, 110)).isEqualTo(2);
    assertThat(cosine.at(60, 110)).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-12));
    var step = new LearningRate.Step(1, 0.1, 2);
    assertThat(step.at(0, 30)).isEqualTo(1);
    assertThat(step.at(10, 30)).isEqualTo(0.1);
    assertThat(step.at(29, 30)).isCloseTo(0.01, org.assertj.core.data.Offset.offset(1e-12));
    assertThatThrownBy(() -> new LearningRate.Constant(0))
        .hasMessage("learning rate must be above 0, got 0.0");
  }
}
