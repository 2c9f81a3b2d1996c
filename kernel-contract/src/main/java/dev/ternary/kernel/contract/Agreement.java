package dev.ternary.kernel.contract;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
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
import java.lang.foreign.MemorySegment;

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
        PreparedMatrix scalar = Kernels.scalar().prepare(product.w(), product.epilogue());
        PreparedMatrix prepared = kernel.prepare(product.w(), product.epilogue());
        Workspace alone = new Workspace();
        Workspace workspace = new Workspace(parallelism)) {
      assertThat(prepared.rows()).isEqualTo(product.w().rows());
      assertThat(prepared.cols()).isEqualTo(product.w().cols());
      var placement = new Placement(kind, arena);
      int tokens = product.tokens();
      int rows = product.w().rows();
      Int8Matrix x = product.int8(placement);
      for (Exact exact : Exact.values()) {
        MemorySegment expected = MemorySegment.ofArray(new int[tokens * rows]);
        exact.product(scalar, x, expected, alone);
        MemorySegment actual = placement.zeros(expected.byteSize());
        exact.product(prepared, x, actual, workspace);
        long wrong = actual.mismatch(expected);
        if (wrong >= 0) {
          int index = (int) (wrong / 4);
          String values = exact.text(actual, index) + ", scalar " + exact.text(expected, index);
          throw wrong(product, exact.what, index, values);
        }
      }
      checkFloats(product, prepared, placement, workspace);
      placement.checkGuards();
    }
  }

  /** Products with int8 activations, which every kernel computes to the same bits. */
  private enum Exact {
    SUMS("sum") {
      @Override
      void product(PreparedMatrix w, Int8Matrix x, MemorySegment result, Workspace workspace) {
        w.matMul(x, new IntMatrix(x.rows(), w.rows(), result), workspace);
      }

      @Override
      String text(MemorySegment result, int index) {
        return String.valueOf(result.getAtIndex(JAVA_INT_UNALIGNED, index));
      }
    },
    SCALED("scaled sum") {
      @Override
      void product(PreparedMatrix w, Int8Matrix x, MemorySegment result, Workspace workspace) {
        w.matMul(x, new FloatMatrix(x.rows(), w.rows(), result), workspace);
      }

      @Override
      String text(MemorySegment result, int index) {
        return String.valueOf(result.getAtIndex(JAVA_FLOAT_UNALIGNED, index));
      }
    };

    private final String what;

    Exact(String what) {
      this.what = what;
    }

    abstract void product(
        PreparedMatrix w, Int8Matrix x, MemorySegment result, Workspace workspace);

    abstract String text(MemorySegment result, int index);
  }

  private void checkFloats(
      ProductCase product, PreparedMatrix prepared, Placement placement, Workspace workspace) {
    TernaryMatrix w = product.w();
    var y =
        new FloatMatrix(
            product.tokens(), w.rows(), placement.zeros(4L * product.tokens() * w.rows()));
    prepared.matMul(product.floats(placement), y, workspace);
    float[] weights = w.toFloatArray();
    int terms = w.cols() + (product.epilogue().hasBias() ? 1 : 0);
    double relative = terms * UNIT_ROUNDOFF / (1 - terms * UNIT_ROUNDOFF);
    for (int token = 0; token < product.tokens(); token++) {
      for (int row = 0; row < w.rows(); row++) {
        double sum = product.epilogue().biasAt(row);
        double absolute = Math.abs(sum);
        for (int col = 0; col < w.cols(); col++) {
          double term =
              (double) weights[row * w.cols() + col] * product.floats()[token * w.cols() + col];
          sum += term;
          absolute += Math.abs(term);
        }
        double exact = product.epilogue().hasRelu() ? Math.max(sum, 0) : sum;
        float actual = y.get(token, row);
        // Written so that NaN fails.
        if (!(Math.abs(actual - exact) <= relative * absolute)) {
          throw wrong(
              product,
              "float product",
              token * w.rows() + row,
              actual + ", exact " + exact + " with a bound of " + relative * absolute);
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
