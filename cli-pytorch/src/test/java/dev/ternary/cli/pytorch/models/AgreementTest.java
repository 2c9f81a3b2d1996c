package dev.ternary.cli.pytorch.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.graph.Graph;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {

  @Test
  void theDifferenceIsAPartOfTheLargestNumber() {
    float[] expected = {1, -4, 2};
    assertThat(Agreement.require("we", expected, new float[] {1, -4, 2}, 0)).isZero();
    assertThat(Agreement.require("we", expected, new float[] {1.5f, -4, 2}, 0.2))
        .isEqualTo(0.125, within(1e-9));
  }

  @Test
  void refusesWrongResultsAndSaysWhere() {
    float[] expected = {1, -4, 2};
    assertThatThrownBy(() -> Agreement.require("we", expected, new float[] {1, 4, 2}, 0.2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "we gives 4.0 at place 1, libtorch gives -4.0: at most 20.00 % of the largest output,"
                + " 4.0, may lie between");
    assertThatThrownBy(() -> Agreement.require("we", expected, new float[] {1, -4, Float.NaN}, 9))
        .hasMessageStartingWith("we gives NaN at place 2");
    assertThatThrownBy(() -> Agreement.require("we", expected, new float[2], 1))
        .hasMessage("we gives 2 numbers, libtorch gives 3");
  }

  /** What the bounds are for: other weights differ by far more, the right ones by far less. */
  @Test
  void networksOfOtherWeightsAreFarApart() {
    BenchNetwork network = BenchNetwork.ALL.get(1);
    Graph graph = network.ternary(1);
    try (Parallelism one = Parallelism.of(1);
        var trial = new ModelTrial(graph, List.of(Kernels.scalar()), one)) {
      List<ModelFigure> figures = trial.measure(1, Duration.ofMillis(1));
      assertThat(figures).hasSize(3);
      assertThat(figures.get(1).difference()).isLessThan(ModelTrial.INT8_BOUND / 4);
      assertThat(figures.get(2).difference()).isLessThan(ModelTrial.FLOAT_BOUND / 4);
    }
    float[] x = new float[28 * 28];
    java.util.Arrays.fill(x, 1);
    float[] other = predict(network.ternary(2), x);
    assertThatThrownBy(
            () -> Agreement.require("we", predict(graph, x), other, ModelTrial.INT8_BOUND))
        .isInstanceOf(IllegalStateException.class);
  }

  private static float[] predict(Graph graph, float[] x) {
    try (var model = dev.ternary.nn.Model.of(graph.withActivations(Activations.FLOAT32))) {
      return model.predict(x);
    }
  }
}
