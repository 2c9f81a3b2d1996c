package dev.ternary.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentationTest {

  @Test
  void aShiftMovesAnImageAndFillsWhatComesIn() {
    var random = new SplittableRandom(1);
    var seen = new java.util.HashSet<String>();
    for (int i = 0; i < 200; i++) {
      float[] image = {9, 9, 1, 2, 3, 4};
      new Augmentation.Shift(1, 0, false).apply(Shape.of(2, 2), image, 2, random);
      assertThat(image[0]).isEqualTo(9);
      seen.add((int) image[2] + "" + (int) image[3] + "" + (int) image[4] + "" + (int) image[5]);
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "1234", "0012", "0001", "0103", "2040", "3400", "4000", "0300", "0020");
  }

  @Test
  void refusesAMoveOfLessThanNothing() {
    assertThatThrownBy(() -> new Augmentation.Shift(-1, 0, false))
        .hasMessage("a shift needs 0 pixels or more, got -1");
  }
}
