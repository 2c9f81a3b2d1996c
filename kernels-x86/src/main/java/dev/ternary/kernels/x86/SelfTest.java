package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
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

  /** Few tokens in narrow matrices, and enough tokens and columns for every part of AMX code. */
  private static final Case[] CASES = {
    new Case(1, 100, Granularity.row(), false),
    new Case(7, 100, Granularity.row(), true),
    new Case(7, 100, Granularity.group(32), true),
    new Case(35, 580, Granularity.row(), true),
    new Case(17, 580, Granularity.group(256), true),
  };

  private record Case(int tokens, int cols, Granularity granularity, boolean hasEpilogue) {

    Epilogue epilogue() {
      float[] bias = new float[ROWS];
      for (int row = 0; row < ROWS; row++) {
        bias[row] = (row % 5 - 2) * 11.3f;
      }
      return hasEpilogue ? Epilogue.bias(bias).withRelu() : Epilogue.none();
    }
  }

  private SelfTest() {}

  /** What is wrong with the kernel; empty if nothing is. */
  static Optional<String> fault(TernaryKernel kernel) {
    for (Case c : CASES) {
      TernaryMatrix w = weights(c.cols(), c.granularity());
      byte[] x = new byte[c.tokens() * c.cols()];
      for (int i = 0; i < x.length; i++) {
        x[i] = (byte) ((i * 0x9e37_79b1) >>> 13);
      }
      Int8Matrix int8 = Int8Matrix.of(c.tokens(), c.cols(), x);
      Epilogue epilogue = c.epilogue();
      int[] expected = expected(w, int8, epilogue);
      if (!Arrays.equals(results(kernel.prepare(w, epilogue), int8), expected)) {
        return Optional.of(
            "its self-test failed: the product of " + int8 + " and " + w + " is wrong");
      }
    }
    return Optional.empty();
  }

  private static TernaryMatrix weights(int cols, Granularity granularity) {
    byte[] trits = new byte[ROWS * cols];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (Integer.remainderUnsigned(i * 0x9e37_79b1, 3) - 1);
    }
    float[] values = new float[(int) granularity.count(ROWS, cols)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i % 7 - 3) * 0.37f;
    }
    return TernaryMatrix.pack(ROWS, cols, trits, Packing.twoBit(), Scales.of(granularity, values));
  }

  /** The integers, and behind them the bits of the floats. */
  private static int[] results(PreparedMatrix w, Int8Matrix x) {
    int[] sums = new int[x.rows() * ROWS];
    float[] y = new float[x.rows() * ROWS];
    try (w;
        Workspace workspace = new Workspace()) {
      w.matMul(x, IntMatrix.of(x.rows(), ROWS, sums), workspace);
      w.matMul(x, FloatMatrix.of(x.rows(), ROWS, y), workspace);
    }
    return join(sums, y);
  }

  /** The same by plain loops over arrays, which are quick even before they are compiled. */
  private static int[] expected(TernaryMatrix w, Int8Matrix x, Epilogue epilogue) {
    int cols = w.cols();
    int groupCols = w.scales().granularity() instanceof Granularity.PerGroup(int g) ? g : cols;
    byte[] trits = new byte[cols];
    byte[] activations = x.values().toArray(JAVA_BYTE);
    int[] sums = new int[x.rows() * ROWS];
    float[] y = new float[x.rows() * ROWS];
    for (int row = 0; row < ROWS; row++) {
      w.unpackRow(row, trits);
      for (int token = 0; token < x.rows(); token++) {
        float total = -0f;
        for (int from = 0; from < cols; from += groupCols) {
          int sum = 0;
          for (int col = from; col < Math.min(cols, from + groupCols); col++) {
            sum += trits[col] * activations[token * cols + col];
          }
          sums[token * ROWS + row] += sum;
          total += sum * w.scales().at(row, from, cols);
        }
        y[token * ROWS + row] = epilogue.apply(total, row);
      }
    }
    return join(sums, y);
  }

  private static int[] join(int[] sums, float[] y) {
    int[] results = Arrays.copyOf(sums, 2 * sums.length);
    for (int i = 0; i < y.length; i++) {
      results[sums.length + i] = Float.floatToRawIntBits(y[i]);
    }
    return results;
  }
}
