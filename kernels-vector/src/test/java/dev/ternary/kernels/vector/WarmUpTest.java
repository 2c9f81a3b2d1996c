package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  private static final int ROWS = 131;
  private static final int COLS = 700;

  @Test
  void changesNoResult() {
    float[] cold = products();
    assertThat(WarmUp.run(TimeUnit.MILLISECONDS.toNanos(300))).isPositive();
    assertThat(products()).isEqualTo(cold);
  }

  @Test
  void endsWithTheRoundInWhichTheTimeIsOver() {
    assertThat(WarmUp.run(0)).isEqualTo(1);
  }

  /** Float products and the scaled sums of int8 products, one after the other. */
  private static float[] products() {
    var random = new SplittableRandom(31);
    byte[] trits = new byte[ROWS * COLS];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    float[] values = new float[3 * COLS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    float[] all = new float[6 * ROWS];
    FloatMatrix x = FloatMatrix.of(3, COLS, values);
    Int8Matrix q = Int8Matrix.of(3, COLS, new byte[3 * COLS]);
    try (var w =
            PreparedMatrix.of(
                TernaryMatrix.pack(ROWS, COLS, trits), Epilogue.none(), VectorWeights::new);
        var workspace = new Workspace()) {
      FloatMatrix y = FloatMatrix.of(3, ROWS, new float[3 * ROWS]);
      w.matMul(x, y, workspace);
      System.arraycopy(y.toArray(), 0, all, 0, 3 * ROWS);
      VectorActivationQuantizer.quantize(x, q);
      w.matMul(q, y, workspace);
      System.arraycopy(y.toArray(), 0, all, 3 * ROWS, 3 * ROWS);
    }
    return all;
  }
}
