package dev.ternary.quant;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.ternary.packed.Granularity;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.testkit.Trials;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
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

  /** The sums go in blocks of 1024 and lanes of 64; the plain ones differ in the last digits. */
  @Test
  void meansOfLargeGroupsAreThoseOfPlainSums() {
    var random = new SplittableRandom(1);
    for (int size : new int[] {63, 65, 1023, 1025, 5000}) {
      float[] w = new float[size];
      double sum = 0;
      for (int i = 0; i < size; i++) {
        w[i] = (float) random.nextGaussian();
        sum += Math.abs((double) w[i]);
      }
      double threshold = 0.7 * sum / size;
      double sumAbove = 0;
      int above = 0;
      for (float v : w) {
        sumAbove += Math.abs(v) > threshold ? Math.abs((double) v) : 0;
        above += Math.abs(v) > threshold ? 1 : 0;
      }
      float[] q = w.clone();
      Quantizer.twn().simulate(1, q, true);
      float scale = (float) (sumAbove / above);
      for (int i = 0; i < size; i++) {
        float expected = Math.abs(w[i]) > threshold ? Math.copySign(scale, w[i]) : 0;
        assertThat(q[i]).isCloseTo(expected, offset(Math.ulp(scale)));
      }
    }
  }

  @Test
  void weightsGoFromOneMemoryIntoAnother() {
    MemorySegment w = MemorySegment.ofArray(new float[] {3, -0.1f, -2, 0.2f});
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(16);
      Quantizer.twn().perRow().simulate(2, w, into, true);
      assertThat(into.toArray(JAVA_FLOAT)).containsExactly(3, 0, -2, 0);
      assertThat(w.toArray(JAVA_FLOAT)).containsExactly(3, -0.1f, -2, 0.2f);
    }
    assertThatThrownBy(
            () -> Quantizer.twn().simulate(2, w, MemorySegment.ofArray(new float[5]), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("4 weights do not go into 20 bytes");
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
          List.of(
              Quantizer.absmean(),
              Quantizer.twn(),
              Quantizer.optimal(),
              Quantizer.absolute(0.5f))) {
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
