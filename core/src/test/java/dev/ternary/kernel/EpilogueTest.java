package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class EpilogueTest {

  @Test
  void endsAKnownExample() {
    // Rows (1, 0, -1) and (-1, -1, 0) times (5, 7, 2): 3 and -12, times the token's scale of 2.
    byte[] trits = {1, 0, -1, -1, -1, 0};
    var x =
        new Int8Matrix(
            1,
            3,
            MemorySegment.ofArray(new byte[] {5, 7, 2}),
            MemorySegment.ofArray(new float[] {2}));
    var floats = FloatMatrix.of(1, 3, new float[] {5, 7, 2});
    float[][] expected = {{6, -24}, {6.5f, -14}, {6, 0}, {6.5f, 0}};
    float[][] expectedFloats = {{3, -12}, {3.5f, -2}, {3, 0}, {3.5f, 0}};
    Epilogue[] epilogues = {
      Epilogue.none(),
      Epilogue.bias(0.5f, 10),
      Epilogue.none().withRelu(),
      Epilogue.bias(0.5f, 10).withRelu()
    };
    for (int i = 0; i < epilogues.length; i++) {
      float[] y = new float[2];
      try (PreparedMatrix w =
              new ScalarKernel().prepare(TernaryMatrix.pack(2, 3, trits), epilogues[i]);
          Workspace workspace = new Workspace()) {
        w.matMul(x, FloatMatrix.of(1, 2, y), workspace);
        assertThat(y).as(epilogues[i].toString()).containsExactly(expected[i]);
        w.matMul(floats, FloatMatrix.of(1, 2, y), workspace);
        assertThat(y).as(epilogues[i].toString()).containsExactly(expectedFloats[i]);
      }
    }
  }

  @Test
  void roundsTheSumOfResultAndBiasOnce() {
    // 2^24 + 1 lies between two floats; ties to even.
    assertThat(Epilogue.bias(1).apply(0x1p24f, 0)).isEqualTo(0x1p24f);
    assertThat(Epilogue.bias(3).apply(0x1p24f, 0)).isEqualTo(0x1p24f + 4);
  }

  @Test
  void leavesNoMinusZeroAndPassesNanOn() {
    Epilogue bias = Epilogue.bias(-0f, -2);
    assertThat(bits(bias.biasAt(0))).isZero();
    assertThat(bits(bias.apply(-0f, 0))).isZero();
    assertThat(bits(bias.apply(2, 1))).isZero();
    assertThat(bits(Epilogue.none().apply(-0f, 0))).isEqualTo(bits(-0f));
    for (Epilogue relu : new Epilogue[] {bias.withRelu(), Epilogue.none().withRelu()}) {
      assertThat(bits(relu.apply(-0f, 0))).isZero();
      assertThat(bits(relu.apply(-5, 0))).isZero();
      assertThat(relu.apply(5, 0)).isEqualTo(5);
      assertThat(relu.apply(Float.NaN, 0)).isNaN();
      assertThat(relu.apply(Float.NEGATIVE_INFINITY, 0)).isZero();
    }
  }

  private static int bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  @Test
  void copiesTheBias() {
    float[] values = {1, 2};
    Epilogue epilogue = Epilogue.bias(values);
    values[0] = 9;
    assertThat(epilogue.biasAt(0)).isEqualTo(1);
  }

  @Test
  void takesTheBiasOfSomeRows() {
    Epilogue some = Epilogue.bias(1, 2, 3, 4).withRelu().rows(1, 3);
    assertThat(some.biasAt(0)).isEqualTo(2);
    assertThat(some.biasAt(1)).isEqualTo(3);
    assertThat(some.hasRelu()).isTrue();
    some.checkRows(2);
    assertThat(Epilogue.none().withRelu().rows(5, 7)).hasToString("no bias, ReLU");
  }

  @Test
  void noBiasesAreNoBias() {
    assertThat(Epilogue.bias().isNone()).isTrue();
    assertThat(Epilogue.bias().withRelu().isNone()).isFalse();
    assertThat(Epilogue.bias(0).isNone()).isFalse();
    assertThat(Epilogue.none().biasAt(3)).isZero();
    assertThat(Epilogue.bias(1, 2)).hasToString("2 biases");
  }

  @Test
  void refusesABiasThatIsNotFiniteAndSaysWhich() {
    assertThatThrownBy(() -> Epilogue.bias(1, Float.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bias NaN at index 1");
    assertThatThrownBy(() -> Epilogue.bias(Float.NEGATIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bias -Infinity at index 0");
  }
}
