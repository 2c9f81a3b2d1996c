package dev.ternary.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingOptionsTest {

  private static List<TrainingListener.Epoch> epochs(double... accuracies) {
    var epochs = new ArrayList<TrainingListener.Epoch>();
    for (double accuracy : accuracies) {
      epochs.add(new TrainingListener.Epoch(epochs.size() + 1, 9, 1, 0.5, accuracy, 1));
    }
    return epochs;
  }

  @Test
  void aTrainingIsOverWhenAllEpochsAreDoneOrPatienceIs() {
    TrainingOptions patient = TrainingOptions.of(5, 0.1);
    assertThat(patient.over(epochs())).isFalse();
    assertThat(patient.over(epochs(0.5, 0.4, 0.3, 0.2))).isFalse();
    assertThat(patient.over(epochs(0.5, 0.4, 0.3, 0.2, 0.1))).isTrue();
    TrainingOptions hasty = patient.withPatience(2);
    assertThat(hasty.over(epochs(0.5, 0.4, 0.6, 0.6))).isFalse();
    assertThat(hasty.over(epochs(0.5, 0.6, 0.6, 0.4))).isTrue();
  }

  @Test
  void anEpochIsTheBestOnlyIfItIsBetterThanAllBefore() {
    var done = epochs(0.5, 0.7, 0.6, 0.7, 0.8);
    assertThat(done.get(0).best(List.of())).isTrue();
    assertThat(done.get(3).best(done.subList(0, 3))).isFalse();
    assertThat(done.get(4).best(done.subList(0, 4))).isTrue();
  }

  @Test
  void refusesNumbersThatMakeNoSense() {
    assertThatThrownBy(() -> TrainingOptions.of(0, 0.1))
        .hasMessage("training needs 1 epoch and a batch of 1 or more, got 0 and 128");
    assertThatThrownBy(() -> TrainingOptions.of(1, 0.1).withPatience(-1))
        .hasMessage("patience must be 0 or more, got -1");
  }
}
