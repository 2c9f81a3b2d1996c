package dev.ternary.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TritCounts;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.testkit.Trials;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizerTest {

  private static final int SAMPLE = 2_000_000;
  private static final Tensor GAUSSIAN = gaussian();
  private static final Tensor LAPLACE = laplace();

  private static Tensor gaussian() {
    var random = new SplittableRandom(20261125);
    float[] w = new float[SAMPLE];
    for (int i = 0; i < SAMPLE; i++) {
      w[i] = (float) random.nextGaussian();
    }
    return Tensor.of(Shape.of(1, SAMPLE), w);
  }

  /** Quantiles in place of random draws: the distribution itself, to many digits. */
  private static Tensor laplace() {
    float[] w = new float[SAMPLE];
    for (int i = 0; i < SAMPLE; i++) {
      int pair = i / 2;
      double abs = -Math.log((pair + 0.5) * 2 / SAMPLE);
      w[i] = (float) (i % 2 == 0 ? abs : -abs);
    }
    return Tensor.of(Shape.of(1, SAMPLE), w);
  }

  /** Section 3.2 of the reference on semantics, computed there from the integrals. */
  @ParameterizedTest
  @CsvSource({
    "absmean,  0.310, 0.798, 0.2634, 0.3935",
    "twn:0.5,  0.310, 1.068, 0.2130, 0.3177",
    "twn:0.7,  0.424, 1.184, 0.1916, 0.2824",
    "twn:0.75, 0.450, 1.214, 0.1903, 0.2767",
    "optimal,  0.459, 1.224, 0.1902, 0.2642",
  })
  void gaussianAndLaplaceWeightsLoseWhatTheTheorySays(
      String rule, double zeros, double scale, double gaussianError, double laplaceError) {
    Quantizer quantizer = Quantizer.of(ThresholdRule.parse(rule));
    Quantized gaussian = quantizer.quantize("gaussian", GAUSSIAN);
    assertThat(gaussian.report().counts().zeroShare()).isCloseTo(zeros, within(1.5e-3));
    assertThat((double) gaussian.matrix().scales().value(0)).isCloseTo(scale, within(1.5e-3));
    assertThat(gaussian.report().relativeSquaredError()).isCloseTo(gaussianError, within(7e-4));
    assertThat(quantizer.quantize("laplace", LAPLACE).report().relativeSquaredError())
        .isCloseTo(laplaceError, within(1e-4));
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 1.000, 1.000",
    "0.3, 0.904, 0.736",
    "0.5, 0.683, 0.334",
    "1.0, 0.383, 0.209",
  })
  void aFixedThresholdSuitsWeightsOfOneSizeOnly(double sigma, double zeros, double error) {
    float[] w = GAUSSIAN.toFloatArray();
    for (int i = 0; i < w.length; i++) {
      w[i] *= (float) sigma;
    }
    QuantizationReport report =
        Quantizer.absolute(0.5f).quantize("w", Tensor.of(GAUSSIAN.shape(), w)).report();
    assertThat(report.counts().zeroShare()).isCloseTo(zeros, within(1.5e-3));
    assertThat(report.relativeSquaredError()).isCloseTo(error, within(1e-3));
  }

  @Test
  void theExampleOfTheBitNetArticle() {
    float[] w = {.8f, -.5f, 1.2f, -1.5f, .4f, -.9f, 1.3f, -.7f, .2f};
    Quantized quantized = Quantizer.absmean().quantize("w", Tensor.of(Shape.of(3, 3), w));
    float s = 7.5f / 9;
    assertThat(quantized.matrix().toFloatArray())
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(s, -s, s, -s, 0, -s, s, -s, 0);
    assertThat(quantized.report().counts()).isEqualTo(new TritCounts(4, 2, 3));
    assertThat(quantized.report().quantizer()).isEqualTo("absmean:0.5 per tensor");
    assertThat(quantized.report().floatBytes()).isEqualTo(36);
    assertThat(quantized.report().packedBytes()).isEqualTo(3 + 4);
  }

  /** {@code torch.round} takes ties to even, so half the mean becomes 0. */
  @Test
  void aWeightOfExactlyHalfTheMeanBecomesZero() {
    Quantized quantized =
        Quantizer.absmean().quantize("w", Tensor.of(Shape.of(1, 4), 1f, -1, 3, 3));
    assertThat(quantized.matrix().toFloatArray()).containsExactly(0, 0, 2, 2);
  }

  @Test
  void theOptimumIsThatOfAllTritsAndAllScales() {
    Trials.forAll(
        7,
        (random, size) -> {
          float[] w = weights(random, size);
          Quantized quantized = Quantizer.optimal().quantize("w", Tensor.of(Shape.of(1, size), w));
          assertThat(quantized.report().relativeSquaredError())
              .isCloseTo(bruteForce(w), within(1e-6));
        });
  }

  /** Weights with ties, zeros and both signs. */
  private static float[] weights(SplittableRandom random, int size) {
    float[] w = new float[size];
    for (int i = 0; i < size; i++) {
      w[i] = random.nextBoolean() ? random.nextInt(-3, 4) : (float) random.nextGaussian();
    }
    return w;
  }

  /** Least relative error over all {@code 3^n} trits, each with its best scale. */
  private static double bruteForce(float[] w) {
    double energy = 0;
    for (float v : w) {
      energy += (double) v * v;
    }
    double best = energy;
    int count = (int) Math.round(Math.pow(3, w.length));
    for (int n = 0; n < count; n++) {
      double product = 0;
      int chosen = 0;
      for (int i = 0, rest = n; i < w.length; i++, rest /= 3) {
        int trit = rest % 3 - 1;
        product += trit * w[i];
        chosen += trit * trit;
      }
      if (chosen > 0) {
        best = Math.min(best, energy - product * product / chosen);
      }
    }
    return energy == 0 ? 0 : best / energy;
  }

  @Test
  void theOptimumIsNeverWorseThanAnyOtherRule() {
    Trials.forAll(
        60,
        (random, size) -> {
          int rows = 1 + random.nextInt(4);
          Tensor w = Tensor.of(Shape.of(rows, size), weights(random, rows * size));
          for (Granularity granularity :
              new Granularity[] {Granularity.tensor(), Granularity.row(), Granularity.group(5)}) {
            double best = error(Quantizer.optimal().with(granularity), w);
            for (Quantizer other :
                List.of(
                    Quantizer.twn(),
                    Quantizer.twn(0.5f),
                    Quantizer.twn(0.75f),
                    Quantizer.absmean(),
                    Quantizer.absolute(0.5f))) {
              assertThat(best).isLessThanOrEqualTo(error(other.with(granularity), w) + 1e-6);
            }
          }
        });
  }

  private static double error(Quantizer quantizer, Tensor w) {
    return quantizer.quantize("w", w).report().relativeSquaredError();
  }

  @Test
  void theReportedErrorIsThatOfTheWeights() {
    Trials.forAll(
        40,
        (random, size) -> {
          float[] w = weights(random, 3 * size);
          Quantized quantized =
              Quantizer.twn()
                  .perGroup(4)
                  .packed(Packing.base243())
                  .quantize("w", Tensor.of(Shape.of(3, size), w));
          float[] q = quantized.matrix().toFloatArray();
          double error = 0;
          double energy = 0;
          for (int i = 0; i < w.length; i++) {
            error += Math.pow(w[i] - (double) q[i], 2);
            energy += Math.pow(w[i], 2);
          }
          assertThat(quantized.report().relativeSquaredError())
              .isCloseTo(energy == 0 ? 0 : error / energy, within(1e-6));
          assertThat(quantized.report().counts()).isEqualTo(quantized.matrix().counts());
        });
  }

  @Test
  void rowsAndGroupsHaveTheirOwnScalesAndTheLastGroupMayBeShorter() {
    Tensor w = Tensor.of(Shape.of(2, 3), 1f, 1, 8, 2, -2, -6);
    assertThat(Quantizer.twn().perRow().quantize("w", w).matrix().toFloatArray())
        .containsExactly(0, 0, 8, 0, 0, -6);
    Quantized groups = Quantizer.twn().perGroup(2).quantize("w", w);
    assertThat(groups.matrix().toFloatArray()).containsExactly(1, 1, 8, 2, -2, -6);
    assertThat(groups.matrix().scales().toArray()).containsExactly(1, 8, 2, 6);
    assertThat(groups.report().relativeSquaredError()).isZero();
  }

  @Test
  void aConvolutionKeepsItsShapeInTheReport() {
    float[] w = new float[2 * 3 * 2 * 2];
    w[0] = 1;
    Quantized quantized = Quantizer.optimal().quantize("conv", Tensor.of(Shape.of(2, 3, 2, 2), w));
    assertThat(quantized.matrix().rows()).isEqualTo(2);
    assertThat(quantized.matrix().cols()).isEqualTo(12);
    assertThat(quantized.report().shape()).isEqualTo(Shape.of(2, 3, 2, 2));
  }

  @Test
  void rowsWithoutAnyWeightAreReported() {
    Tensor w = Tensor.of(Shape.of(3, 2), 0f, 0, 5, -5, 0.01f, 0.01f);
    QuantizationReport report = Quantizer.absmean().quantize("w", w).report();
    assertThat(report.zeroRows()).containsExactly(0, 2);
    assertThat(report.allZero()).isFalse();
    for (ThresholdRule rule :
        List.of(
            ThresholdRule.parse("absmean"),
            ThresholdRule.parse("twn"),
            ThresholdRule.parse("optimal"),
            ThresholdRule.parse("absolute"))) {
      for (Granularity granularity :
          List.of(Granularity.tensor(), Granularity.row(), Granularity.group(1))) {
        Quantized zeros =
            Quantizer.of(rule)
                .with(granularity)
                .quantize("w", Tensor.of(Shape.of(2, 2), new float[4]));
        assertThat(zeros.report().allZero()).isTrue();
        assertThat(zeros.report().zeroRows()).containsExactly(0, 1);
        assertThat(zeros.report().relativeSquaredError()).isZero();
        assertThat(zeros.matrix().toFloatArray()).containsOnly(0);
      }
    }
  }

  @Test
  void weightsWithoutElementsAreQuantizedToNothing() {
    for (Shape shape : new Shape[] {Shape.of(0, 3), Shape.of(3, 0)}) {
      Quantized quantized =
          Quantizer.optimal().perRow().quantize("w", Tensor.of(shape, new float[0]));
      assertThat(quantized.matrix().toFloatArray()).isEmpty();
      assertThat(quantized.report().allZero()).isFalse();
      assertThat(quantized.report().zeroRows()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void whatIsNoNumberIsRefusedByNameAndIndex(float bad) {
    Tensor w = Tensor.of(Shape.of(2, 3), 1f, 1, 1, 1, 1, bad);
    assertThatThrownBy(() -> Quantizer.optimal().quantize("fc1.weight", w))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tensor 'fc1.weight' has " + bad + " at index [1, 2]");
  }

  @Test
  void aBiasIsNoWeight() {
    assertThatThrownBy(() -> Quantizer.optimal().quantize("b", Tensor.of(Shape.of(2), 1f, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tensor 'b' of shape [2] is no weight");
  }

  @Test
  void simulatingGivesTheWeightsThatQuantizingGives() {
    Trials.forAll(
        40,
        (random, size) -> {
          float[] w = weights(random, 3 * size);
          for (Quantizer quantizer :
              List.of(
                  Quantizer.absmean().perRow(),
                  Quantizer.twn().perGroup(4),
                  Quantizer.optimal(),
                  Quantizer.absolute(0.5f))) {
            float[] simulated = w.clone();
            quantizer.simulate(3, simulated, true);
            assertThat(simulated)
                .isEqualTo(
                    quantizer
                        .quantize("w", Tensor.of(Shape.of(3, size), w))
                        .matrix()
                        .toFloatArray());
          }
        });
  }

  @Test
  void weightsNearTheLimitsOfFloatStayExact() {
    Tensor w = Tensor.of(Shape.of(1, 3), Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE);
    Quantized quantized = Quantizer.optimal().quantize("w", w);
    assertThat(quantized.matrix().toFloatArray())
        .containsExactly(Float.MAX_VALUE, -Float.MAX_VALUE, 0);
    Tensor tiny = Tensor.of(Shape.of(1, 2), Float.MIN_VALUE, -Float.MIN_VALUE);
    assertThat(Quantizer.optimal().quantize("w", tiny).matrix().toFloatArray())
        .containsExactly(Float.MIN_VALUE, -Float.MIN_VALUE);
  }
}
