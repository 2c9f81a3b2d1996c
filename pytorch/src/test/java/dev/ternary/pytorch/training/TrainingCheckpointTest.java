package dev.ternary.pytorch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import dev.ternary.formats.FormatException;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.training.Examples;
import dev.ternary.training.TrainingCheckpoint;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCheckpointTest {

  private static final TrainingListener SILENT = new TrainingListener() {};

  /** The warm-up is longer than the training, so that its state matters. */
  private static final TernaryOptions TERNARY = TernaryOptions.twn().withWarmup(60);

  private static final TrainingOptions OPTIONS =
      TrainingOptions.of(5, 0.02).withWeightDecay(1e-3).keepingBest();

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  private TrainingCheckpoint checkpoint(boolean resume) {
    return new TrainingCheckpoint(
        folder.resolve("checkpoint.safetensors"), Map.of("--learning-rate", "0.02"), resume);
  }

  private static List<TrainingListener.Epoch> train(
      Model model, Optional<TrainingCheckpoint> checkpoint, TrainingListener listener)
      throws IOException {
    var training = new Training(model, OPTIONS);
    checkpoint.ifPresent(training::checkpointing);
    return training.run(Moons.of(1024, 1), Optional.of(Moons.of(300, 9)), listener);
  }

  /** Stops like a process that is killed: at a step, and nothing is tidied up. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static TrainingListener killer(long atStep) {
    return new TrainingListener() {
      @Override
      public void step(Step step) {
        if (step.step() == atStep) {
          throw new Killed();
        }
      }
    };
  }

  @Test
  void aResumedTrainingEndsWithTheSameParametersBitForBit() throws IOException {
    try (Model whole = Moons.model(TERNARY);
        Model first = Moons.model(TERNARY);
        Model second = Moons.model(TERNARY);
        Model third = Moons.model(TERNARY)) {
      var history = train(whole, Optional.empty(), SILENT);
      // 8 steps an epoch: once in the third epoch, and once in the fifth.
      assertThatThrownBy(() -> train(first, Optional.of(checkpoint(false)), killer(19)))
          .isInstanceOf(Killed.class);
      assertThatThrownBy(() -> train(second, Optional.of(checkpoint(true)), killer(33)))
          .isInstanceOf(Killed.class);
      var resumed = train(third, Optional.of(checkpoint(true)), SILENT);
      assertThat(resumed).hasSize(5);
      for (int i = 0; i < 5; i++) {
        assertThat(resumed.get(i))
            .usingRecursiveComparison()
            .ignoringFields("seconds")
            .isEqualTo(history.get(i));
      }
      for (int i = 0; i < Moons.parameters(whole).size(); i++) {
        assertThat(Moons.parameters(third).get(i)).containsExactly(Moons.parameters(whole).get(i));
      }
    }
  }

  @Test
  void aFinishedTrainingIsOnlyRead() throws IOException {
    try (Model model = Moons.model(TERNARY);
        Model again = Moons.model(TERNARY)) {
      var history = train(model, Optional.of(checkpoint(false)), SILENT);
      assertThat(train(again, Optional.of(checkpoint(true)), killer(0))).isEqualTo(history);
      assertThat(Moons.parameters(again).getFirst())
          .containsExactly(Moons.parameters(model).getFirst());
    }
  }

  @Test
  void refusesTheCheckpointOfOtherSettingsAndNamesTheFirst() throws IOException {
    try (Model model = Moons.model(TERNARY)) {
      train(model, Optional.of(checkpoint(false)), SILENT);
      var other =
          new TrainingCheckpoint(checkpoint(true).file(), Map.of("--learning-rate", "0.05"), true);
      assertThatThrownBy(() -> train(model, Optional.of(other), SILENT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "cannot go on from " + other.file() + ": --learning-rate was 0.02 and is 0.05 now");
    }
  }

  @Test
  void refusesOtherFilesAndAnotherNetwork() throws IOException {
    Path file = checkpoint(true).file();
    try (Model model = Moons.model(TERNARY);
        Model learned = Moons.model(TernaryOptions.twn().withLearnedScale())) {
      train(model, Optional.of(checkpoint(false)), SILENT);
      assertThatThrownBy(() -> train(learned, Optional.of(checkpoint(true)), SILENT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ternaryScale' is missing");
      byte[] bytes = Files.readAllBytes(file);
      for (int length = 0; length < bytes.length; length += 997) {
        Files.write(file, Arrays.copyOf(bytes, length));
        assertThatThrownBy(() -> train(model, Optional.of(checkpoint(true)), SILENT))
            .isInstanceOf(FormatException.class);
      }
      new SavedFile(file).writeOther();
      assertThatThrownBy(() -> train(model, Optional.of(checkpoint(true)), SILENT))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("is no checkpoint of a training");
    }
  }

  /** A safetensors file without a training. */
  private record SavedFile(Path file) {
    void writeOther() throws IOException {
      dev.ternary.formats.safetensors.SafetensorsWriter.write(
          file, Map.of(), Map.of(), dev.ternary.formats.IfExists.REPLACE);
    }
  }

  @Test
  void aLossThatIsNoNumberLeavesTheLastGoodCheckpoint() throws IOException {
    try (Model model = Moons.model(TERNARY)) {
      Examples train = Moons.of(1024, 1);
      var rises =
          new TrainingListener() {
            @Override
            public void epoch(Epoch epoch) {
              if (epoch.epoch() == 2) {
                var weight = model.getBlock().getParameters().valueAt(0).getArray();
                weight.set(new float[64]);
                weight.addi(Float.NaN);
              }
            }
          };
      var training = new Training(model, OPTIONS).checkpointing(checkpoint(false));
      assertThatThrownBy(() -> training.run(train, Optional.of(Moons.of(300, 9)), rises))
          .isInstanceOf(RuntimeException.class)
          .hasMessageContaining("epoch 2 is kept in " + checkpoint(true).file());
    }
    try (Model model = Moons.model(TERNARY)) {
      assertThat(train(model, Optional.of(checkpoint(true)), SILENT)).hasSize(5);
    }
  }
}
