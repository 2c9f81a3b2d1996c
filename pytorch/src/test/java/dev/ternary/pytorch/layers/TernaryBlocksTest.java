package dev.ternary.pytorch.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.Torch;
import dev.ternary.quant.Quantizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TernaryBlocksTest {

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

  /** Every kind of option that a block can have. */
  private static List<TernaryOptions> options() {
    return List.of(
        TernaryOptions.absmean(),
        TernaryOptions.twn(),
        TernaryOptions.absolute(0.3f),
        TernaryOptions.twn().unscaled(),
        TernaryOptions.of(Quantizer.optimal().perRow()),
        TernaryOptions.absmean().withGranularity(Granularity.group(5)));
  }

  private static NDArray weight(Block block) {
    return block.getDirectParameters().get("weight").getArray();
  }

  private static float maxAbs(NDArray a) {
    return a.stopGradient().abs().max().getFloat();
  }

  private NDArray forward(Block block, NDArray x, boolean training) {
    return block
        .forward(new ParameterStore(manager, false), new NDList(x), training)
        .singletonOrThrow();
  }

  private TernaryLinear linear(TernaryOptions options, int units, int inputs) {
    var block = TernaryLinear.of(units, options);
    block.setInitializer(new NormalInitializer(0.5f), Parameter.Type.WEIGHT);
    block.initialize(manager, DataType.FLOAT32, new Shape(4, inputs));
    return block;
  }

  @Test
  void aKnownWeightGivesTheProductWorkedByHand() {
    var block = linear(TernaryOptions.absmean(), 2, 2);
    weight(block).set(new float[] {2, -1, 0.25f, -0.75f});
    // mean 1, threshold 0.5: trits +1 -1 / 0 -1, each worth 1
    NDArray y = forward(block, manager.create(new float[] {3, 5}, new Shape(1, 2)), false);
    float[] bias = block.getDirectParameters().get("bias").getArray().toFloatArray();
    assertThat(y.toFloatArray()).containsExactly(-2 + bias[0], -5 + bias[1]);
    assertThat(block.ternaryWeights()).containsExactly(1, -1, 0, -1);
  }

  @Test
  void linearComputesWithTheExportedWeightsAndPassesTheirGradientOn() {
    for (TernaryOptions options : options()) {
      var block = linear(options, 8, 15);
      NDArray x = manager.randomNormal(new Shape(4, 15));
      NDArray g = manager.randomNormal(new Shape(4, 8));
      x.setRequiresGradient(true);
      NDArray y;
      try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
        y = forward(block, x, true);
        gradients.backward(y.mul(g).sum());
      }
      TernaryMatrix matrix = block.ternaryMatrix();
      NDArray q = manager.create(matrix.toFloatArray(), new Shape(8, 15));
      NDArray bias = block.getDirectParameters().get("bias").getArray().stopGradient();
      NDArray input = x.stopGradient();
      assertThat(maxAbs(y.sub(input.dot(q.transpose()).add(bias)))).isLessThan(2e-6f);
      assertThat(maxAbs(weight(block).getGradient().sub(g.transpose().dot(input)))).isZero();
      assertThat(maxAbs(x.getGradient().sub(g.dot(q)))).isZero();
    }
  }

  @Test
  void trainingAndEvaluationAndTheExportUseTheSameWeightsBitForBit() {
    for (TernaryOptions options : options()) {
      var block = linear(options, 20, 20);
      // Through the identity the output is the transposed weight matrix plus the bias.
      block.getDirectParameters().get("bias").getArray().set(new float[20]);
      NDArray eye = manager.eye(20);
      float[] exported =
          manager
              .create(block.ternaryMatrix().toFloatArray(), new Shape(20, 20))
              .transpose()
              .toFloatArray();
      assertThat(forward(block, eye, true).toFloatArray()).containsExactly(exported);
      assertThat(forward(block, eye, false).toFloatArray()).containsExactly(exported);
    }
  }

  @Test
  void ternaryZerosArePositive() {
    var block = linear(TernaryOptions.twn(), 16, 16);
    NDArray q = block.ternary().of(weight(block), manager, true);
    for (float v : q.toFloatArray()) {
      assertThat(Float.floatToRawIntBits(v)).isNotEqualTo(Float.floatToRawIntBits(-0.0f));
    }
    assertThat(q.toFloatArray()).contains(0f);
  }

  @Test
  void convolutionEqualsAFloatOneHoldingTheTernaryWeights() {
    Shape in = new Shape(2, 4, 9, 11);
    for (int groups : new int[] {1, 2}) {
      var t =
          TernaryConv2d.builder(TernaryOptions.twn())
              .setFilters(6)
              .setKernelShape(new Shape(3, 3))
              .optPadding(new Shape(1, 2))
              .optStride(new Shape(2, 1))
              .optDilation(new Shape(1, 2))
              .optGroups(groups)
              .build();
      Conv2d f =
          Conv2d.builder()
              .setFilters(6)
              .setKernelShape(new Shape(3, 3))
              .optPadding(new Shape(1, 2))
              .optStride(new Shape(2, 1))
              .optDilation(new Shape(1, 2))
              .optGroups(groups)
              .build();
      t.initialize(manager, DataType.FLOAT32, in);
      f.initialize(manager, DataType.FLOAT32, in);
      weight(f).set(t.ternaryMatrix().toFloatArray());
      f.getDirectParameters()
          .get("bias")
          .getArray()
          .set(t.getDirectParameters().get("bias").getArray().toFloatArray());
      NDArray x = manager.randomNormal(in);
      NDArray yt;
      NDArray yf;
      try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
        yt = forward(t, x, true);
        yf = forward(f, x, true);
        gradients.backward(yt.pow(2).sum().add(yf.pow(2).sum()));
      }
      assertThat(maxAbs(yt.sub(yf))).isZero();
      assertThat(maxAbs(weight(t).getGradient().sub(weight(f).getGradient()))).isZero();
      assertThat(t.getOutputShapes(new Shape[] {in})[0]).isEqualTo(yt.getShape());
      assertThat(t.ternaryMatrix().cols()).isEqualTo(4 / groups * 9);
    }
  }

  @Test
  void gradientsAgreeWithFiniteDifferencesOfTheSurrogate() {
    // The surrogate of a step is linear in the shift d of the ternary weights: loss(q + d).
    var block = linear(TernaryOptions.absmean(), 3, 5);
    NDArray x = manager.randomNormal(new Shape(4, 5));
    try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
      gradients.backward(forward(block, x, true).tanh().sum());
    }
    float[] gradient = weight(block).getGradient().toFloatArray();
    float[] q = block.ternaryMatrix().toFloatArray();
    float[] bias = block.getDirectParameters().get("bias").getArray().toFloatArray();
    float[] input = x.toFloatArray();
    double h = 1e-5;
    for (int i = 0; i < q.length; i++) {
      double difference =
          (surrogate(q, bias, input, i, h) - surrogate(q, bias, input, i, -h)) / (2 * h);
      assertThat(gradient[i]).isCloseTo((float) difference, within(2e-5f));
    }
  }

  private static org.assertj.core.data.Offset<Float> within(float tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }

  private static double surrogate(float[] q, float[] bias, float[] x, int moved, double by) {
    double sum = 0;
    for (int b = 0; b < 4; b++) {
      for (int o = 0; o < 3; o++) {
        double y = bias[o];
        for (int k = 0; k < 5; k++) {
          y += (q[o * 5 + k] + (o * 5 + k == moved ? by : 0)) * x[b * 5 + k];
        }
        sum += Math.tanh(y);
      }
    }
    return sum;
  }

  @Test
  void evaluationFollowsTheWeightsAfterTrainingAndAfterRefresh() {
    var block = linear(TernaryOptions.absmean(), 4, 4);
    NDArray eye = manager.eye(4);
    float[] before = forward(block, eye, false).toFloatArray();
    weight(block).set(new float[16]);
    assertThat(forward(block, eye, false).toFloatArray()).containsExactly(before);
    block.refresh();
    assertThat(forward(block, eye, false).toFloatArray()).isNotEqualTo(before);
    float[] ones = new float[16];
    java.util.Arrays.fill(ones, 1);
    weight(block).set(ones);
    float[] trained = forward(block, eye, true).toFloatArray();
    assertThat(forward(block, eye, false).toFloatArray()).containsExactly(trained);
  }

  @Test
  void savedParametersLoadIntoAnotherBlock() throws Exception {
    var block = linear(TernaryOptions.twn(), 6, 7);
    var bytes = new ByteArrayOutputStream();
    block.saveParameters(new DataOutputStream(bytes));
    var other = linear(TernaryOptions.twn(), 6, 7);
    NDArray x = manager.randomNormal(new Shape(2, 7));
    forward(other, x, false);
    other.loadParameters(
        manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(forward(other, x, false).toFloatArray())
        .containsExactly(forward(block, x, false).toFloatArray());
  }

  @Test
  void initialWeightsAndBiasesAreUniformInOneOverTheRootOfTheFanIn() {
    var block = TernaryLinear.of(300, TernaryOptions.absmean());
    block.initialize(manager, DataType.FLOAT32, new Shape(1, 400));
    assertThat(maxAbs(weight(block))).isBetween(0.0499f, 0.05f);
    assertThat(maxAbs(block.getDirectParameters().get("bias").getArray())).isBetween(0.045f, 0.05f);
    var conv =
        TernaryConv2d.builder(TernaryOptions.absmean())
            .setFilters(64)
            .setKernelShape(new Shape(3, 3))
            .optGroups(2)
            .build();
    conv.initialize(manager, DataType.FLOAT32, new Shape(1, 8, 5, 5));
    assertThat(maxAbs(weight(conv))).isBetween(0.16f, 1 / 6f);
    assertThat(maxAbs(conv.getDirectParameters().get("bias").getArray())).isBetween(0.14f, 1 / 6f);
  }

  @Test
  void refusesWhatHasNoWeightsYetAndLayersWithoutUnits() {
    var block = TernaryLinear.of(3, TernaryOptions.absmean());
    assertThatThrownBy(block::ternaryMatrix)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("initialize it");
    assertThatThrownBy(() -> TernaryLinear.builder(TernaryOptions.absmean()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a linear layer needs 1 unit or more, got 0");
  }

  @Test
  void aWeightThatIsNoNumberShowsInTheOutputAndStopsTheExport() {
    var block = linear(TernaryOptions.absolute(0.1f), 1, 2);
    weight(block).set(new float[] {1, Float.NaN});
    assertThat(forward(block, manager.ones(new Shape(1, 2)), true).getFloat(0, 0)).isNaN();
    assertThatThrownBy(block::ternaryMatrix)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tensor 'weight' has NaN at index [0, 1]");
  }
}
