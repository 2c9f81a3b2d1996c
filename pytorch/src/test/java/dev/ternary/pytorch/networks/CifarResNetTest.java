package dev.ternary.pytorch.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.nn.SequentialBlock;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.LearnedScale;
import dev.ternary.pytorch.layers.ResidualBlock;
import dev.ternary.pytorch.layers.TernaryBlock;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.training.TorchClassifier;
import dev.ternary.pytorch.training.Training;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.training.Examples;
import dev.ternary.training.LearningRate;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CifarResNetTest {

  @BeforeEach
  void start() {
    Torch.start(1).setRandomSeed(5);
  }

  /** Noise, and a bright square whose place and colour tell the class. */
  private static Examples squares(int count, long seed) {
    var random = new SplittableRandom(seed);
    float[] values = new float[count * 3072];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = random.nextInt(CifarResNet.CLASSES);
      for (int k = 0; k < 3072; k++) {
        values[i * 3072 + k] = (float) random.nextGaussian() / 2;
      }
      int plane = labels[i] % 3;
      int size = 4 + 3 * (labels[i] / 3);
      for (int p = 0; p < size * size; p++) {
        values[i * 3072 + plane * 1024 + (5 + p / size) * 32 + 5 + p % size] += 2;
      }
    }
    return Examples.ofFloats(Shape.of(3, 32, 32), values, labels);
  }

  /** A network of 8 layers with random weights. */
  private static Map<String, Tensor> randomState() {
    try (Model model = Model.newInstance("random", "PyTorch")) {
      SequentialBlock net = CifarResNet.network(8, Optional.empty());
      model.setBlock(net);
      net.initialize(
          model.getNDManager(),
          ai.djl.ndarray.types.DataType.FLOAT32,
          new ai.djl.ndarray.types.Shape(1, 3, 32, 32));
      return CifarResNet.state(net);
    }
  }

  private static float[] weights(Map<String, Tensor> state, String name) {
    return Objects.requireNonNull(state.get(name), name).toFloatArray();
  }

  @Test
  void theTernaryNetworkStartsFromTheTeacherAndLearnsWhatItKnows() throws Exception {
    Examples train = squares(384, 1);
    Examples test = squares(200, 2);
    TrainingOptions options =
        TrainingOptions.of(6, 0.01)
            .withBatchSize(32)
            .withLearningRate(new LearningRate.Cosine(0.01, 5));
    try (Model teacher = CifarResNet.model(8, Optional.empty(), randomState())) {
      new Training(teacher, options).run(train, Optional.of(test), new TrainingListener() {});
      double floating = new TorchClassifier(teacher).accuracy(test);
      Map<String, Tensor> state = CifarResNet.state((SequentialBlock) teacher.getBlock());
      try (Model ternary = CifarResNet.model(8, Optional.of(TernaryOptions.twn()), state)) {
        var blocks = ternary.getBlock().getChildren().values();
        assertThat(blocks.getFirst()).isNotInstanceOf(TernaryBlock.class);
        assertThat(blocks.getLast()).isNotInstanceOf(TernaryBlock.class);
        var body = ((ResidualBlock) blocks.get(3)).body().getChildren().values();
        assertThat(body.get(0)).isInstanceOf(TernaryConv2d.class);
        assertThat(body.get(3)).isInstanceOf(TernaryConv2d.class);
        CifarResNet.state((SequentialBlock) ternary.getBlock())
            .forEach((name, tensor) ->
                assertThat(tensor.toFloatArray()).isEqualTo(weights(state, name)));
        new Training(ternary, options)
            .distilling(teacher, 0.7, 2)
            .run(train, Optional.of(test), new TrainingListener() {});
        assertThat(floating).isGreaterThan(0.5);
        assertThat(new TorchClassifier(ternary).accuracy(test)).isGreaterThan(floating - 0.1);
        assertThat(new TorchClassifier(teacher).accuracy(test)).isEqualTo(floating);
      }
    }
  }

  @Test
  void learnedScalesStartAtTheWeightsOfTheCheckpoint() {
    Map<String, Tensor> state = randomState();
    for (LearnedScale learned : new LearnedScale[] {LearnedScale.SHARED, LearnedScale.PER_SIGN}) {
      TernaryOptions options = TernaryOptions.twn().withLearnedScale(learned);
      try (Model model = CifarResNet.model(8, Optional.of(options), state)) {
        var body = ((ResidualBlock) model.getBlock().getChildren().values().get(3)).body();
        var conv = (TernaryConv2d) body.getChildren().values().get(0);
        float[] w = weights(state, "layer1.0.conv1.weight");
        byte[] trits = conv.ternaryWeights();
        double sum = 0;
        int count = 0;
        for (int i = 0; i < 144; i++) {
          if (learned == LearnedScale.SHARED ? trits[i] != 0 : trits[i] > 0) {
            sum += Math.abs(w[i]);
            count++;
          }
        }
        float start = conv.getDirectParameters().get("ternaryScale").getArray().getFloat(0, 0);
        assertThat(start)
            .isCloseTo((float) (sum / count), org.assertj.core.data.Offset.offset(1e-7f));
      }
    }
  }

  @Test
  void refusesWeightsOfAnotherDepthByTheNameOfWhatIsMissing() {
    Map<String, Tensor> state = new HashMap<>(randomState());
    assertThatThrownBy(() -> CifarResNet.model(14, Optional.empty(), state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the checkpoint has no 'layer1.1.conv1.weight'");
  }
}
