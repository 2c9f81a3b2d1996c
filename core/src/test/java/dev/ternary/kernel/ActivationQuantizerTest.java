package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.testkit.Trials;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ActivationQuantizerTest {

  /** The formula of BitNet b1.58 (arXiv 2402.17764, section 2) worked by hand. */
  @Test
  void worksTheExampleOfBitNet() {
    byte[] q = new byte[4];
    float[] scale = quantize(1, q, 0.3f, -1.2f, 0.05f, 2.0f);
    assertThat(q).containsExactly(19, -76, 3, 127);
    assertThat(scale).containsExactly(2f / 127);
  }

  @Test
  void tiesGoToTheEvenNumber() {
    byte[] q = new byte[8];
    quantize(1, q, 127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 126.5f);
    assertThat(q).containsExactly(127, 0, 2, 2, 0, -2, -2, 126);
  }

  @Test
  void everyRowHasItsOwnScale() {
    byte[] q = new byte[4];
    float[] scales = quantize(2, q, 1, -0.5f, -254, 127);
    assertThat(q).containsExactly(127, -64, -127, 64);
    assertThat(scales).containsExactly(1f / 127, 2);
  }

  @Test
  void aRowOfZerosStaysZero() {
    byte[] q = new byte[2];
    float[] scales = quantize(1, q, 0, -0f);
    assertThat(q).containsExactly(0, 0);
    assertThat(scales).containsExactly(1e-5f / 127);
  }

  @Test
  void theErrorIsAtMostHalfAStep() {
    Trials.forAll(
        100,
        (random, size) -> {
          float[] x = new float[size];
          for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextDouble(-50, 50);
          }
          byte[] q = new byte[size];
          double scale = quantize(1, q, x)[0];
          for (int i = 0; i < size; i++) {
            assertThat(Math.abs(q[i] * scale - x[i])).isLessThanOrEqualTo(scale * 0.5001);
          }
        });
  }

  @Test
  void refusesWhatIsNotFiniteAndSaysWhere() {
    assertThatThrownBy(() -> quantize(2, new byte[6], 1, 2, 3, 4, 5, Float.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("activation NaN at row 1, column 2");
    assertThatThrownBy(() -> quantize(2, new byte[6], 1, Float.NEGATIVE_INFINITY, 3, 4, 5, 6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("activation -Infinity at row 0, column 1");
  }

  @Test
  void refusesAnotherShape() {
    assertThatThrownBy(() ->
            ActivationQuantizer.quantize(
                FloatMatrix.of(1, 3, new float[3]), Int8Matrix.of(1, 4, new byte[4])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cannot quantize float32 [1, 3] into int8 [1, 4]");
  }

  private static float[] quantize(int rows, byte[] q, float... x) {
    float[] scales = new float[rows];
    int cols = x.length / rows;
    Kernels.scalar()
        .quantize(
            FloatMatrix.of(rows, cols, x),
            new Int8Matrix(rows, cols, MemorySegment.ofArray(q), MemorySegment.ofArray(scales)));
    return scales;
  }
}
