package dev.ternary.pytorch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.tensor.Shape;
import dev.ternary.training.Augmentation;
import dev.ternary.training.Examples;
import dev.ternary.training.LearningRate;
import dev.ternary.training.TrainingDivergedException;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainingTest {

  private static final TrainingListener SILENT = new TrainingListener() {};

  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  @Test
  void learnsTwoMoonsAndLeavesNoArrayBehindEachStep() throws Exception {
    try (Model model = Moons.model()) {
      var arrays = new ArrayList<Integer>();
      var history =
          new Training(model, TrainingOptions.of(12, 0.01).withWeightDecay(1e-4))
              .run(
                  Moons.of(2048, 1),
                  Optional.of(Moons.of(1000, 2)),
                  new TrainingListener() {
                    @Override
                    public void step(Step step) {
                      arrays.add(model.getNDManager().getManagedArrays().size());
                    }
                  });
      assertThat(history).hasSize(12);
      assertThat(history.getLast().testAccuracy()).isGreaterThan(0.97);
      assertThat(history.getLast().loss()).isLessThan(history.getFirst().loss());
      assertThat(arrays.getLast()).isEqualTo(arrays.get(2));
    }
  }

  /** Inputs of 0 give no gradient: whatever moves, moves by the decay. */
  @Test
  void weightDecayTakesFromShadowWeightsAndNotFromLearnedScales() throws Exception {
    Examples nothing = Examples.ofFloats(Shape.of(3), new float[3 * 64], new int[64]);
    try (Model model = Model.newInstance("decay", "PyTorch")) {
      var block = TernaryLinear.of(2, TernaryOptions.twn().withLearnedScale());
      model.setBlock(block);
      block.initialize(
          model.getNDManager(),
          ai.djl.ndarray.types.DataType.FLOAT32,
          new ai.djl.ndarray.types.Shape(64, 3));
      float[] weight = block.getDirectParameters().get("weight").getArray().toFloatArray();
      float[] scale = block.getDirectParameters().get("ternaryScale").getArray().toFloatArray();
      var rate = new LearningRate.Constant(0.5);
      var options = TrainingOptions.of(1, 1).withBatchSize(64).withLearningRate(rate);
      new Training(model, options.withWeightDecay(0.5)).run(nothing, Optional.empty(), SILENT);
      float[] smaller = block.getDirectParameters().get("weight").getArray().toFloatArray();
      for (int i = 0; i < weight.length; i++) {
        assertThat(smaller[i]).isEqualTo(0.75f * weight[i]);
      }
      assertThat(block.getDirectParameters().get("ternaryScale").getArray().toFloatArray())
          .isEqualTo(scale);
    }
  }

  @Test
  void theSameSeedGivesTheSameModelBitForBitAndAnotherSeedAnother() throws Exception {
    List<List<float[]>> results = new ArrayList<>();
    for (long seed : new long[] {5, 5, 6}) {
      try (Model model = Moons.model()) {
        new Training(model, TrainingOptions.of(2, 0.01).withSeed(seed))
            .run(Moons.of(512, 1), Optional.empty(), SILENT);
        results.add(Moons.parameters(model));
      }
    }
    for (int i = 0; i < results.get(0).size(); i++) {
      assertThat(results.get(1).get(i)).containsExactly(results.get(0).get(i));
    }
    assertThat(results.get(2).getFirst()).isNotEqualTo(results.get(0).getFirst());
  }

  @Test
  void stopsAtALossThatIsNoNumberAndSaysTheStep() throws Exception {
    float[] x = new float[2 * 256];
    x[77] = Float.NaN;
    try (Model model = Moons.model()) {
      var training = new Training(model, TrainingOptions.of(1, 0.01));
      assertThatThrownBy(() ->
              training.run(
                  Examples.ofFloats(Shape.of(2), x, new int[256]), Optional.empty(), SILENT))
          .isInstanceOf(TrainingDivergedException.class)
          .hasMessageMatching(
              "training diverged: the loss of step [12] is NaN; the model keeps the parameters"
                  + " before this step");
      for (float[] p : Moons.parameters(model)) {
        for (int i = 0; i < p.length; i++) {
          assertThat(p[i]).isNotInfinite();
        }
      }
    }
  }

  @Test
  void keepsTheBestEpochByValidation() throws Exception {
    try (Model model = Moons.model()) {
      Examples validation = Moons.of(300, 9);
      var options =
          TrainingOptions.of(6, 0.05)
              .withLearningRate(new LearningRate.Constant(0.05))
              .keepingBest();
      var history =
          new Training(model, options).run(Moons.of(512, 1), Optional.of(validation), SILENT);
      double best =
          history.stream().mapToDouble(TrainingListener.Epoch::testAccuracy).max().orElseThrow();
      assertThat(new TorchClassifier(model).accuracy(validation)).isEqualTo(best);
    }
  }

  @Test
  void stopsWhenAccuracyDoesNotRiseForAsLongAsPatienceAllows() throws Exception {
    // All labels are the same, so the first epoch has them all right.
    var same = Examples.ofFloats(Shape.of(2), new float[2 * 256], new int[256]);
    try (Model model = Moons.model()) {
      var options = TrainingOptions.of(20, 0.01).withPatience(3);
      assertThat(new Training(model, options).run(same, Optional.of(same), SILENT)).hasSize(4);
      var training = new Training(model, options);
      assertThatThrownBy(() -> training.run(same, Optional.empty(), SILENT))
          .hasMessage("stopping early needs validation examples");
    }
  }

  @Test
  void learnsFromATeacher() throws Exception {
    try (Model teacher = Moons.model();
        Model student = Moons.model()) {
      new Training(teacher, TrainingOptions.of(8, 0.01))
          .run(Moons.of(1024, 1), Optional.empty(), SILENT);
      // Only the teacher knows the classes: the student sees label 0 everywhere.
      float[] x = new float[2 * 1024];
      for (int i = 0; i < 1024; i++) {
        Moons.of(1024, 1).copy(i, x, 2 * i);
      }
      var unlabelled = Examples.ofFloats(Shape.of(2), x, new int[1024]);
      new Training(student, TrainingOptions.of(8, 0.01).withSeed(3))
          .distilling(teacher, 1, 1)
          .run(unlabelled, Optional.empty(), SILENT);
      assertThat(new TorchClassifier(student).accuracy(Moons.of(1000, 2))).isGreaterThan(0.9);
    }
  }

  @Test
  void refusesTooFewExamplesAndLabelsBeyondTheScores() throws Exception {
    try (Model model = Moons.model()) {
      var training = new Training(model, TrainingOptions.of(1, 0.01));
      assertThatThrownBy(() -> training.run(Moons.of(100, 1), Optional.empty(), SILENT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a batch of 128 needs as many examples, got 100");
      int[] labels = new int[128];
      labels[3] = 2;
      var examples = Examples.ofFloats(Shape.of(2), new float[256], labels);
      assertThatThrownBy(() -> training.run(examples, Optional.empty(), SILENT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("label 2 in a model of 2 classes");
    }
  }

  @Test
  void schedulesGiveTheRatesTheyPromise() throws Exception {
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

  @Test
  void aShiftMovesAnImageAndFillsWhatComesIn() throws Exception {
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
  void bytesBecomeNormalisedFloatsByChannel() throws Exception {
    var examples =
        Examples.ofBytes(
            Shape.of(2, 1, 1),
            new byte[] {0, (byte) 255},
            new int[] {1},
            new float[] {0.5f, 0},
            new float[] {1, 2});
    float[] into = new float[2];
    examples.copy(0, into, 0);
    assertThat(into).containsExactly(-0.5f, 0.5f);
    assertThatThrownBy(() -> Examples.ofFloats(Shape.of(3), new float[4], new int[1]))
        .hasMessage("1 labels of examples of shape [3] need 3 values, got 4");
  }
}
