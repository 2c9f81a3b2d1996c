package dev.ternary.kernels.x86;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.util.Arrays;
import java.util.Optional;

/**
 * A few small products that a kernel must get right before anybody may use it, so that a CPU or a
 * system that differs from those it was tested on cannot give wrong results.
 */
final class SelfTest {

  private static final int ROWS = 67;
  private static final int COLS = 100;
  private static final int GROUP_COLS = 32;
  private static final int[] TOKENS = {1, 7};

  private SelfTest() {}

  /** What is wrong with the kernel; empty if nothing is. */
  static Optional<String> fault(TernaryKernel kernel) {
    byte[] trits = new byte[ROWS * COLS];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (Integer.remainderUnsigned(i * 0x9e37_79b1, 3) - 1);
    }
    Scales row = scales(Granularity.row());
    Scales groups = scales(Granularity.group(GROUP_COLS));
    for (Scales scales : new Scales[] {row, groups}) {
      var w = TernaryMatrix.pack(ROWS, COLS, trits, Packing.twoBit(), scales);
      for (int tokens : TOKENS) {
        if (!agrees(kernel, w, tokens)) {
          return Optional.of(
              "its self-test failed: a product ["
                  + tokens
                  + ", "
                  + COLS
                  + "] with "
                  + w
                  + " differs from the scalar one");
        }
      }
    }
    return Optional.empty();
  }

  private static Scales scales(Granularity granularity) {
    float[] values = new float[(int) granularity.count(ROWS, COLS)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i % 7 - 3) * 0.37f;
    }
    return Scales.of(granularity, values);
  }

  private static boolean agrees(TernaryKernel kernel, TernaryMatrix w, int tokens) {
    byte[] x = new byte[tokens * COLS];
    for (int i = 0; i < x.length; i++) {
      x[i] = (byte) ((i * 0x9e37_79b1) >>> 13);
    }
    Int8Matrix int8 = Int8Matrix.of(tokens, COLS, x);
    return Arrays.equals(results(kernel, w, int8), results(Kernels.scalar(), w, int8));
  }

  /** The integers, and behind them the bits of the floats. */
  private static int[] results(TernaryKernel kernel, TernaryMatrix w, Int8Matrix x) {
    int[] sums = new int[x.rows() * ROWS];
    float[] y = new float[x.rows() * ROWS];
    try (PreparedMatrix prepared = kernel.prepare(w);
        Workspace workspace = new Workspace()) {
      prepared.matMul(x, IntMatrix.of(x.rows(), ROWS, sums), workspace);
      prepared.matMul(x, FloatMatrix.of(x.rows(), ROWS, y), workspace);
    }
    int[] results = Arrays.copyOf(sums, 2 * sums.length);
    for (int i = 0; i < y.length; i++) {
      results[sums.length + i] = Float.floatToRawIntBits(y[i]);
    }
    return results;
  }
}
