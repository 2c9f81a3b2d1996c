package dev.ternary.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.packed.Granularity;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.testkit.Trials;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuantizerSimulateTest {

  @Test
  void givesExactlyTheValuesThatQuantizingGives() {
    var rules =
        List.of(
            new ThresholdRule.Absolute(0.4f),
            new ThresholdRule.Absolute(-0.0f),
            new ThresholdRule.Absmean(0.5f),
            new ThresholdRule.Twn(0.7f),
            new ThresholdRule.Optimal());
    Trials.forAll(
        40,
        (random, size) -> {
          int rows = 1 + random.nextInt(1 + size / 4);
          int cols = 1 + size;
          float[] w = new float[rows * cols];
          for (int i = 0; i < w.length; i++) {
            w[i] = random.nextInt(5) == 0 ? -0.0f : (float) random.nextGaussian();
          }
          for (ThresholdRule rule : rules) {
            for (Granularity granularity :
                List.of(Granularity.tensor(), Granularity.row(), Granularity.group(3))) {
              Quantizer quantizer = Quantizer.of(rule).with(granularity);
              float[] simulated = w.clone();
              quantizer.simulate(rows, simulated, true);
              float[] quantized =
                  quantizer
                      .quantize("w", Tensor.of(Shape.of(rows, cols), w))
                      .matrix()
                      .toFloatArray();
              for (int i = 0; i < w.length; i++) {
                assertThat(Float.floatToRawIntBits(simulated[i]))
                    .isEqualTo(Float.floatToRawIntBits(quantized[i]));
              }
            }
          }
        });
  }

  @Test
  void tritsAreWorthOneWhereTheScaleIsLeftOut() {
    float[] w = {3, -0.1f, -2, 0.2f};
    Quantizer.twn().simulate(2, w, false);
    assertThat(w).containsExactly(1, 0, -1, 0);
  }

  @Test
  void aWeightThatIsNoNumberShowsInAllThatShareItsScale() {
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      for (Quantizer quantizer :
          List.of(Quantizer.absmean(), Quantizer.twn(), Quantizer.absolute(0.5f))) {
        float[] w = {1, bad, -1, 1};
        quantizer.perRow().simulate(2, w, true);
        assertThat(w[0]).isNaN();
        assertThat(w[1]).isNaN();
        assertThat(w[2]).isNegative();
      }
    }
  }

  @Test
  void refusesRowsThatDoNotDivideTheWeights() {
    assertThatThrownBy(() -> Quantizer.twn().simulate(2, new float[3], true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 weights do not make 2 rows of one length");
  }
}
