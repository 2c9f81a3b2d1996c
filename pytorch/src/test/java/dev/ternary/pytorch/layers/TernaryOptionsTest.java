package dev.ternary.pytorch.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.training.Training;
import dev.ternary.quant.Quantizer;
import dev.ternary.training.Examples;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TernaryOptionsTest {

  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1).setRandomSeed(7);
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private NDArray forward(Block block, NDArray x, boolean training) {
    return block
        .forward(new ParameterStore(manager, false), new NDList(x), training)
        .singletonOrThrow();
  }

  private TernaryLinear linear(TernaryOptions options, int units, int inputs) {
    var block = TernaryLinear.builder(options).setUnits(units).optBias(false).build();
    block.setInitializer(new NormalInitializer(0.5f), Parameter.Type.WEIGHT);
    block.initialize(manager, DataType.FLOAT32, new Shape(4, inputs));
    return block;
  }

  private static NDArray parameter(Block block, String name) {
    return block.getDirectParameters().get(name).getArray();
  }

  @Test
  void aLearnedScaleStartsAtTheRulesScaleAndGetsTheGradientOfItsTrits() {
    for (var granularity : new Granularity[] {Granularity.row(), Granularity.tensor()}) {
      TernaryOptions plain = TernaryOptions.twn().withGranularity(granularity);
      var block = linear(plain.withLearnedScale(), 3, 8);
      NDArray scale = parameter(block, "ternaryScale");
      var fixed =
          new TernaryWeight(plain, block.getDirectParameters().get("weight")).quantized("w");
      assertThat(scale.toFloatArray()).containsExactly(fixed.matrix().scales().toArray());

      NDArray x = manager.randomNormal(new Shape(5, 8));
      NDArray g = manager.randomNormal(new Shape(5, 3));
      NDArray y;
      try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
        y = forward(block, x, true);
        gradients.backward(y.mul(g).sum());
      }
      NDArray q = manager.create(block.ternaryMatrix().toFloatArray(), new Shape(3, 8));
      assertThat(y.sub(x.dot(q.transpose())).abs().max().getFloat()).isLessThan(2e-6f);
      NDArray dq = g.transpose().dot(x);
      assertThat(parameter(block, "weight").getGradient().sub(dq).abs().max().getFloat()).isZero();
      byte[] trits = block.ternaryWeights();
      float[] t = new float[trits.length];
      for (int i = 0; i < t.length; i++) {
        t[i] = trits[i];
      }
      NDArray perRow = dq.mul(manager.create(t, new Shape(3, 8))).sum(new int[] {1}, true);
      NDArray expected = granularity instanceof Granularity.PerRow ? perRow : perRow.sum();
      float difference =
          scale.getGradient().flatten().sub(expected.flatten()).abs().max().getFloat();
      assertThat(difference).isLessThan(1e-5f);
      // Evaluation and export follow the scale.
      parameter(block, "ternaryScale").muli(2f);
      block.refresh();
      NDArray doubled = forward(block, x, false);
      assertThat(doubled.sub(y.mul(2f)).abs().max().getFloat()).isLessThan(1e-5f);
      assertThat(block.ternaryMatrix().scales().value(0))
          .isEqualTo(2 * fixed.matrix().scales().value(0));
    }
  }

  private float[] weightsOf(List<TernaryMatrix> parts) {
    float[] sum = new float[parts.getFirst().rows() * parts.getFirst().cols()];
    for (TernaryMatrix part : parts) {
      float[] values = part.toFloatArray();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += values[i];
      }
    }
    return sum;
  }

  @Test
  void aScaleForEachSignStartsAtTheMeansOfItsWeights() {
    var options =
        TernaryOptions.of(Quantizer.absolute(0.5f)).withLearnedScale(LearnedScale.PER_SIGN);
    var block = linear(options, 2, 4);
    parameter(block, "weight").set(new float[] {1, 2, -0.25f, -4, 0.75f, 0.1f, 0, -1});
    block.ternary().restart();
    assertThat(parameter(block, "ternaryScale").toFloatArray()).containsExactly(1.25f);
    assertThat(parameter(block, "negativeScale").toFloatArray()).containsExactly(2.5f);
    assertThat(weightsOf(block.ternaryMatrices()))
        .containsExactly(1.25f, 1.25f, 0, -2.5f, 1.25f, 0, 0, -2.5f);
    var rows = linear(options.withGranularity(Granularity.row()), 2, 4);
    parameter(rows, "weight").set(new float[] {1, 2, -0.25f, -4, 0.75f, 0.1f, 0, -1});
    rows.ternary().restart();
    assertThat(parameter(rows, "ternaryScale").toFloatArray()).containsExactly(1.5f, 0.75f);
    assertThat(parameter(rows, "negativeScale").toFloatArray()).containsExactly(4, 1);
  }

  /** tanh(x (q + moved)^T) summed, in double precision. */
  private static double loss(double[] q, float[] x, int inputs) {
    double sum = 0;
    for (int b = 0; b < x.length / inputs; b++) {
      for (int o = 0; o < q.length / inputs; o++) {
        double y = 0;
        for (int k = 0; k < inputs; k++) {
          y += q[o * inputs + k] * x[b * inputs + k];
        }
        sum += Math.tanh(y);
      }
    }
    return sum;
  }

  private static double[] perSign(byte[] trits, double[] scales, int cols) {
    int groups = scales.length / 2;
    double[] q = new double[trits.length];
    for (int i = 0; i < q.length; i++) {
      int group = groups == 1 ? 0 : i / cols;
      q[i] = trits[i] * scales[trits[i] > 0 ? group : groups + group];
    }
    return q;
  }

  @Test
  void gradientsOfAScaleForEachSignAgreeWithFiniteDifferences() {
    for (Granularity granularity : new Granularity[] {Granularity.row(), Granularity.tensor()}) {
      var block =
          linear(
              TernaryOptions.twn()
                  .withGranularity(granularity)
                  .withLearnedScale(LearnedScale.PER_SIGN),
              3,
              8);
      parameter(block, "negativeScale").muli(0.5f);
      NDArray input = manager.randomNormal(new Shape(5, 8));
      NDArray y;
      try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
        y = forward(block, input, true);
        gradients.backward(y.tanh().sum());
      }
      float[] x = input.toFloatArray();
      byte[] trits = block.ternaryWeights();
      float[] p = parameter(block, "ternaryScale").toFloatArray();
      float[] n = parameter(block, "negativeScale").toFloatArray();
      double[] scales = new double[2 * p.length];
      for (int i = 0; i < p.length; i++) {
        scales[i] = p[i];
        scales[p.length + i] = n[i];
      }
      assertThat((float) loss(perSign(trits, scales, 8), x, 8))
          .isCloseTo(y.tanh().sum().getFloat(), within(1e-5f));
      double h = 1e-5;
      float[] ofPositive = parameter(block, "ternaryScale").getGradient().toFloatArray();
      float[] ofNegative = parameter(block, "negativeScale").getGradient().toFloatArray();
      for (int i = 0; i < scales.length; i++) {
        double[] up = scales.clone();
        double[] down = scales.clone();
        up[i] += h;
        down[i] -= h;
        double difference =
            (loss(perSign(trits, up, 8), x, 8) - loss(perSign(trits, down, 8), x, 8)) / (2 * h);
        float gradient = i < p.length ? ofPositive[i] : ofNegative[i - p.length];
        assertThat(gradient).isCloseTo((float) difference, within(2e-5f));
      }
      // The surrogate of a step moves a weight by its scale, or by 1 where the trit is 0.
      float[] ofWeights = parameter(block, "weight").getGradient().toFloatArray();
      for (int i = 0; i < trits.length; i++) {
        int group = p.length == 1 ? 0 : i / 8;
        double slope = trits[i] > 0 ? p[group] : trits[i] < 0 ? n[group] : 1;
        double[] up = perSign(trits, scales, 8);
        double[] down = up.clone();
        up[i] += h * slope;
        down[i] -= h * slope;
        double difference = (loss(up, x, 8) - loss(down, x, 8)) / (2 * h);
        assertThat(ofWeights[i]).isCloseTo((float) difference, within(2e-5f));
      }
      // Training, evaluation and the sum of both exported parts are the same.
      NDArray q = manager.create(weightsOf(block.ternaryMatrices()), new Shape(3, 8));
      assertThat(y.sub(input.dot(q.transpose())).abs().max().getFloat()).isLessThan(2e-6f);
      assertThat(y.sub(forward(block, input, false)).abs().max().getFloat()).isLessThan(2e-6f);
    }
  }

  private static org.assertj.core.data.Offset<Float> within(float tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }

  @Test
  void aScaleForEachSignHasNoSingleMatrixAndSaysWhatToTake() {
    var block = linear(TernaryOptions.twn().withLearnedScale(LearnedScale.PER_SIGN), 3, 8);
    assertThatThrownBy(block::ternaryMatrix)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "weights with a scale for each sign are no single ternary matrix: take both of"
                + " ternaryMatrices(), or train one learned scale for both signs");
    assertThat(block.ternaryMatrices()).hasSize(2);
    assertThat(block.ternaryMatrices().getFirst().counts().negatives()).isZero();
    assertThat(block.ternaryMatrices().getLast().counts().positives()).isZero();
  }

  @Test
  void int8ActivationsAreRoundedAsTheKernelsDoAndPassTheGradientOn() {
    var options = TernaryOptions.absmean().withActivations(Activations.INT8);
    var block = linear(options, 2, 4);
    float[] x = {1, -2, 0.013f, 127 / 64f, 0, 0, 0, 0};
    NDArray input = manager.create(x, new Shape(2, 4));
    input.setRequiresGradient(true);
    NDArray y;
    try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
      y = forward(block, input, true);
      gradients.backward(y.sum());
    }
    float[] q = block.ternaryMatrix().toFloatArray();
    float[] rounded = new float[4];
    for (int i = 0; i < 4; i++) {
      rounded[i] = (float) Math.rint(x[i] * (127 / 2f)) * (2f / 127);
    }
    for (int o = 0; o < 2; o++) {
      float sum = 0;
      for (int i = 0; i < 4; i++) {
        sum += q[o * 4 + i] * rounded[i];
      }
      assertThat(y.getFloat(0, o)).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-6f));
      assertThat(y.getFloat(1, o)).isZero();
    }
    for (int i = 0; i < 4; i++) {
      assertThat(input.getGradient().getFloat(0, i)).isEqualTo(q[i] + q[4 + i]);
    }
  }

  @Test
  void theWarmUpGoesFromFloatToTernary() {
    var block = linear(TernaryOptions.twn().withWarmup(4), 6, 6);
    NDArray eye = manager.eye(6);
    float[] w = parameter(block, "weight").transpose().toFloatArray();
    float[] q =
        manager
            .create(block.ternaryMatrix().toFloatArray(), new Shape(6, 6))
            .transpose()
            .toFloatArray();
    for (int step = 1; step <= 5; step++) {
      float share = Math.min(1, step / 4f);
      float[] y = forward(block, eye, true).toFloatArray();
      for (int i = 0; i < y.length; i++) {
        assertThat(y[i])
            .isCloseTo(w[i] + share * (q[i] - w[i]), org.assertj.core.data.Offset.offset(1e-7f));
      }
    }
    assertThat(forward(block, eye, true).toFloatArray()).containsExactly(q);
    assertThat(forward(block, eye, false).toFloatArray()).containsExactly(q);
  }

  @Test
  void trainingKeepsClippedWeightsInTheirLimits() throws Exception {
    float[] x = new float[128];
    int[] y = new int[64];
    for (int i = 0; i < 64; i++) {
      y[i] = i % 2;
      x[2 * i] = y[i] * 4 - 2;
    }
    try (Model model = Model.newInstance("clip", "PyTorch")) {
      var block = TernaryLinear.of(2, TernaryOptions.absmean().withWeightClip(0.25f));
      model.setBlock(block);
      new Training(model, TrainingOptions.of(30, 0.1).withBatchSize(32))
          .run(
              Examples.ofFloats(dev.ternary.tensor.Shape.of(2), x, y),
              Optional.empty(),
              new TrainingListener() {});
      assertThat(parameter(block, "weight").abs().max().getFloat()).isEqualTo(0.25f);
    }
  }

  @Test
  void anEmbeddingLooksUpTernaryRowsAndTrainsTheOnesItReads() {
    var block = new TernaryEmbedding(5, 4, TernaryOptions.twn());
    block.initialize(manager, DataType.FLOAT32, new Shape(2, 3));
    NDArray x = manager.create(new long[] {0, 4, 4, 1, 0, 0}, new Shape(2, 3));
    NDArray y;
    try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
      y = forward(block, x, true);
      gradients.backward(y.sum());
    }
    assertThat(y.getShape()).isEqualTo(new Shape(2, 3, 4));
    assertThat(block.getOutputShapes(new Shape[] {new Shape(2, 3)})[0]).isEqualTo(y.getShape());
    float[] q = block.ternaryMatrix().toFloatArray();
    for (int c = 0; c < 4; c++) {
      assertThat(y.getFloat(0, 1, c)).isEqualTo(q[16 + c]);
      NDArray gradient = parameter(block, "weight").getGradient();
      assertThat(gradient.getFloat(0, c)).isEqualTo(3);
      assertThat(gradient.getFloat(2, c)).isZero();
    }
    assertThat(forward(block, x, false).toFloatArray()).containsExactly(y.toFloatArray());
  }

  @Test
  void refusesLearnedScalesOfGroupsOrWithWarmupAndNumbersBelowZero() {
    var groups = TernaryOptions.twn().withGranularity(Granularity.group(4));
    assertThatThrownBy(groups::withLearnedScale)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a learned scale is one for the tensor or one a row, got group:4");
    assertThatThrownBy(() -> TernaryOptions.twn().withWeightClip(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weight clip and warm-up must be 0 or more, got -1.0 and 0");
    assertThatThrownBy(() -> TernaryOptions.twn().withLearnedScale().withWarmup(5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a learned scale and a warm-up cannot be combined, got SHARED and 5 steps");
  }
}
