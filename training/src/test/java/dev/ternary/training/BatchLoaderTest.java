package dev.ternary.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchLoaderTest {

  private static final TrainingOptions OPTIONS =
      TrainingOptions.of(3, 0.1)
          .withBatchSize(7)
          .withAugmentation(new Augmentation.Shift(1, -1, true));

  /** Images of 2 by 2 pixels whose values say which image they are of. */
  private static Examples images(int count) {
    float[] values = new float[4 * count];
    int[] labels = new int[count];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
      labels[i / 4] = i / 4 % 3;
    }
    return Examples.ofFloats(Shape.of(2, 2), values, labels);
  }

  private static List<String> epochs(Examples examples, TrainingOptions options, int threads) {
    var seen = new ArrayList<String>();
    try (var loader = new BatchLoader(examples, 3, options, threads)) {
      for (int epoch = 1; epoch <= 2; epoch++) {
        loader.startEpoch(epoch);
        for (int b = 0; b < loader.batches(); b++) {
          Batch batch = loader.next();
          seen.add(
              java.util.Arrays.toString(batch.values())
                  + java.util.Arrays.toString(batch.labels())
                  + java.util.Arrays.toString(batch.target()));
          loader.giveBack(batch);
        }
      }
    }
    return seen;
  }

  @Test
  void theThreadsDoNotChangeWhatABatchHolds() {
    List<String> one = epochs(images(100), OPTIONS, 1);
    assertThat(one).hasSize(28);
    assertThat(one.subList(0, 14)).isNotEqualTo(one.subList(14, 28));
    assertThat(epochs(images(100), OPTIONS, 3)).isEqualTo(one);
    assertThat(epochs(images(100), OPTIONS.withSeed(2), 1)).isNotEqualTo(one);
  }

  @Test
  void anEpochHoldsEachExampleOnceWithItsLabel() {
    var plain = OPTIONS.withAugmentation(new Augmentation.None());
    var seen = new ArrayList<Integer>();
    try (var loader = new BatchLoader(images(70), 3, plain, 2)) {
      loader.startEpoch(1);
      for (int b = 0; b < 10; b++) {
        Batch batch = loader.next();
        for (int i = 0; i < 7; i++) {
          int image = (int) batch.values()[4 * i] / 4;
          seen.add(image);
          assertThat(batch.values()[4 * i + 3]).isEqualTo(4f * image + 3);
          assertThat(batch.labels()[i]).isEqualTo(image % 3);
          float[] target = new float[3];
          target[image % 3] = 1;
          assertThat(java.util.Arrays.copyOfRange(batch.target(), 3 * i, 3 * i + 3))
              .containsExactly(target);
        }
        loader.giveBack(batch);
      }
    }
    assertThat(seen).doesNotHaveDuplicates().hasSize(70);
    assertThat(seen).isNotEqualTo(seen.stream().sorted().toList());
  }

  @Test
  void whatFailsOnAnotherThreadReachesTheTraining() {
    // A shift needs an image; these examples have one dimension.
    var examples = Examples.ofFloats(Shape.of(2), new float[20], new int[10]);
    try (var loader = new BatchLoader(examples, 3, OPTIONS, 1)) {
      loader.startEpoch(1);
      assertThatThrownBy(loader::next).isInstanceOf(RuntimeException.class);
    }
  }
}
