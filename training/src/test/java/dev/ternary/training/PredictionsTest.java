package dev.ternary.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionsTest {

  @Test
  void countsWhatWasTakenForWhat() {
    var predictions = new Predictions(new int[] {0, 1, 2, 2, 2}, new int[] {0, 2, 2, 2, 0});
    assertThat(predictions.accuracy()).isEqualTo(0.6);
    assertThat(predictions.confusion(3))
        .isEqualTo(List.of(List.of(1, 0, 0), List.of(0, 0, 1), List.of(1, 0, 2)));
    assertThat(new Predictions(new int[0], new int[0]).accuracy()).isNaN();
  }

  @Test
  void refusesPredictionsOfOtherExamples() {
    assertThatThrownBy(() -> new Predictions(new int[3], new int[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 labels but 2 predictions");
  }
}
