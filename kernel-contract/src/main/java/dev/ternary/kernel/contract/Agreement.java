package dev.ternary.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.kernel.contract.Placement.Kind;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Compares the three products of a kernel with those of the scalar one and with exact sums. */
final class Agreement {

  /** Half a unit in the last place of 1, the relative error of one float32 rounding. */
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  private final TernaryKernel kernel;
  private final Parallelism parallelism;
  private final Kind kind;

  Agreement(TernaryKernel kernel, Parallelism parallelism, Kind kind) {
    this.kernel = kernel;
    this.parallelism = parallelism;
    this.kind = kind;
  }

  /** Fails if a product of {@code product} is wrong. */
  void check(ProductCase product) {
    try (Arena arena = Arena.ofShared();
        PreparedMatrix scalar = Kernels.scalar().prepare(product.w());
        PreparedMatrix prepared = kernel.prepare(product.w());
        Workspace alone = new Workspace();
        Workspace workspace = new Workspace(parallelism)) {
      assertThat(prepared.rows()).isEqualTo(product.w().rows());
      assertThat(prepared.cols()).isEqualTo(product.w().cols());
      var placement = new Placement(kind, arena);
      checkSums(product, prepared, scalar, placement, workspace, alone);
      checkScaled(product, prepared, scalar, placement, workspace, alone);
      checkFloats(product, prepared, placement, workspace);
      placement.checkGuards();
    }
  }

  private void checkSums(
      ProductCase product,
      PreparedMatrix prepared,
      PreparedMatrix scalar,
      Placement placement,
      Workspace workspace,
      Workspace alone) {
    int rows = product.w().rows();
    Int8Matrix x = product.int8(placement);
    int[] expected = new int[product.tokens() * rows];
    scalar.matMul(x, IntMatrix.of(product.tokens(), rows, expected), alone);
    var sums = new IntMatrix(product.tokens(), rows, placement.zeros(4L * expected.length));
    prepared.matMul(x, sums, workspace);
    int[] actual = sums.toArray();
    int wrong = Arrays.mismatch(actual, expected);
    if (wrong >= 0) {
      throw wrong(product, "sum", wrong, actual[wrong] + ", scalar " + expected[wrong]);
    }
  }

  private void checkScaled(
      ProductCase product,
      PreparedMatrix prepared,
      PreparedMatrix scalar,
      Placement placement,
      Workspace workspace,
      Workspace alone) {
    int rows = product.w().rows();
    Int8Matrix x = product.int8(placement);
    float[] expected = new float[product.tokens() * rows];
    scalar.matMul(x, FloatMatrix.of(product.tokens(), rows, expected), alone);
    var y = new FloatMatrix(product.tokens(), rows, placement.zeros(4L * expected.length));
    prepared.matMul(x, y, workspace);
    float[] actual = y.toArray();
    // Arrays.mismatch compares the bits, so +0 and -0 differ.
    int wrong = Arrays.mismatch(actual, expected);
    if (wrong >= 0) {
      throw wrong(product, "scaled sum", wrong, actual[wrong] + ", scalar " + expected[wrong]);
    }
  }

  private void checkFloats(
      ProductCase product, PreparedMatrix prepared, Placement placement, Workspace workspace) {
    TernaryMatrix w = product.w();
    var y =
        new FloatMatrix(
            product.tokens(), w.rows(), placement.zeros(4L * product.tokens() * w.rows()));
    prepared.matMul(product.floats(placement), y, workspace);
    float[] weights = w.toFloatArray();
    double relative = w.cols() * UNIT_ROUNDOFF / (1 - w.cols() * UNIT_ROUNDOFF);
    for (int token = 0; token < product.tokens(); token++) {
      for (int row = 0; row < w.rows(); row++) {
        double sum = 0;
        double absolute = 0;
        for (int col = 0; col < w.cols(); col++) {
          double term =
              (double) weights[row * w.cols() + col] * product.floats()[token * w.cols() + col];
          sum += term;
          absolute += Math.abs(term);
        }
        float actual = y.get(token, row);
        // Written so that NaN fails.
        if (!(Math.abs(actual - sum) <= relative * absolute)) {
          throw wrong(
              product,
              "float product",
              token * w.rows() + row,
              actual + ", exact " + sum + " with a bound of " + relative * absolute);
        }
      }
    }
  }

  private AssertionError wrong(ProductCase product, String what, int index, String values) {
    int rows = product.w().rows();
    return new AssertionError(
        kernel.name()
            + " on "
            + parallelism.threads()
            + " threads and "
            + kind
            + " memory, "
            + product
            + ": "
            + what
            + " of token "
            + index / rows
            + ", row "
            + index % rows
            + " is "
            + values);
  }
}
