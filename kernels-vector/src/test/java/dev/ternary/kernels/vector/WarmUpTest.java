package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  private static final int ROWS = 131;
  private static final int COLS = 1300;
  private static final int TOKENS = 21;

  /** Whenever a form goes over to vector code, in whatever order. */
  @Test
  void goingOverToVectorCodeChangesNoBit() {
    List<float[]> plain = results(new VectorKernel(Choice.PLAIN));
    var kernel = new VectorKernel();
    assertSame(results(kernel), plain);
    for (Form form : Form.values()) {
      form.nowCompiled();
      assertSame(results(kernel), plain);
    }
    assertSame(results(new VectorKernel(Choice.VECTOR)), plain);
  }

  private static void assertSame(List<float[]> actual, List<float[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i)).as("result %s", i).isEqualTo(expected.get(i));
    }
  }

  /** Float products and scaled sums of int8 products, for few and many tokens and all scales. */
  private static List<float[]> results(VectorKernel kernel) {
    var random = new SplittableRandom(31);
    byte[] trits = new byte[ROWS * COLS];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    float[] values = new float[TOKENS * COLS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    var results = new ArrayList<float[]>();
    for (Granularity granularity : List.of(Granularity.row(), Granularity.group(70))) {
      float[] scales = new float[Math.toIntExact(granularity.count(ROWS, COLS))];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = 1 + i % 5 / 8f;
      }
      var matrix =
          TernaryMatrix.pack(ROWS, COLS, trits, Packing.twoBit(), Scales.of(granularity, scales));
      for (int tokens : new int[] {1, TOKENS}) {
        FloatMatrix x = FloatMatrix.of(tokens, COLS, Arrays.copyOf(values, tokens * COLS));
        Int8Matrix q = Int8Matrix.of(tokens, COLS, new byte[tokens * COLS]);
        FloatMatrix y = FloatMatrix.of(tokens, ROWS, new float[tokens * ROWS]);
        try (PreparedMatrix w = kernel.prepare(matrix);
            var workspace = new Workspace()) {
          w.matMul(x, y, workspace);
          results.add(y.toArray());
          kernel.quantize(x, q);
          w.matMul(q, y, workspace);
          results.add(y.toArray());
        }
      }
    }
    return results;
  }
}
