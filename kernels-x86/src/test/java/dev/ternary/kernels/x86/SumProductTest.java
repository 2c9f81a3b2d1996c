package dev.ternary.kernels.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of sums where they end: columns, rows, tokens, and what 16 bits hold. */
class SumProductTest {

  @BeforeEach
  void needsTheTier() {
    assumeTrue(Tier.AVX2.probe() instanceof Probe.Usable, "x86-avx2 cannot run here");
  }

  /** 14 blocks of 16 columns are what 16-bit sums hold, and tables go two blocks at a time. */
  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 208, 209, 224, 225, 240, 241, 448, 449, 1000})
  void sumsStayExactAtTheExtremes(int cols) {
    int rows = 17;
    for (int tokens : new int[] {14, 33}) {
      for (byte trit : new byte[] {-1, 1}) {
        for (byte activation : new byte[] {Byte.MIN_VALUE, Byte.MAX_VALUE}) {
          byte[] trits = new byte[rows * cols];
          byte[] x = new byte[tokens * cols];
          Arrays.fill(trits, trit);
          Arrays.fill(x, activation);
          int[] sums = product(SumKernelTest.KERNEL, rows, trits, cols, x, Parallelism.single());
          assertThat(sums).containsOnly(trit * activation * cols);
        }
      }
    }
  }

  /** From a few rows up to more than have their sums in the cache at once, on threads too. */
  @ParameterizedTest
  @ValueSource(ints = {1, 15, 319, 320, 640, 1000, 2049, 4100, 8200})
  void everyRowOfEveryTokenIsRight(int rows) {
    TernaryKernel chosen =
        Tier.AVX2.probe() instanceof Probe.Usable(TernaryKernel usable)
            ? usable
            : SumKernelTest.KERNEL;
    var random = new SplittableRandom(rows);
    int cols = 37;
    byte[] trits = new byte[rows * cols];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    for (int tokens : new int[] {13, 14, 16, 19, 24, 31, 32, 47, 49, 70}) {
      byte[] x = new byte[tokens * cols];
      random.nextBytes(x);
      int[] expected = expected(rows, trits, cols, x);
      try (Parallelism two = Parallelism.always(2)) {
        for (TernaryKernel kernel : new TernaryKernel[] {chosen, SumKernelTest.KERNEL}) {
          assertThat(product(kernel, rows, trits, cols, x, Parallelism.single()))
              .isEqualTo(expected);
          assertThat(product(kernel, rows, trits, cols, x, two)).isEqualTo(expected);
        }
      }
    }
  }

  private static int[] product(
      TernaryKernel kernel, int rows, byte[] trits, int cols, byte[] x, Parallelism threads) {
    int tokens = x.length / cols;
    int[] sums = new int[tokens * rows];
    try (PreparedMatrix w = kernel.prepare(TernaryMatrix.pack(rows, cols, trits));
        Workspace workspace = new Workspace(threads)) {
      w.matMul(Int8Matrix.of(tokens, cols, x), IntMatrix.of(tokens, rows, sums), workspace);
    }
    return sums;
  }

  private static int[] expected(int rows, byte[] trits, int cols, byte[] x) {
    int[] sums = new int[x.length / cols * rows];
    for (int i = 0; i < sums.length; i++) {
      for (int col = 0; col < cols; col++) {
        sums[i] += trits[i % rows * cols + col] * x[i / rows * cols + col];
      }
    }
    return sums;
  }

  @Test
  void tokensThatDoNotFillTheirTablesHaveNone() {
    SumFunctions sums = SumFunctions.whereFaster();
    assertThat(sums.tokens(false, 4096, 13)).isZero();
    assertThat(sums.tokens(false, 4096, 14)).isEqualTo(14);
    assertThat(sums.tokens(false, 4096, 20)).isEqualTo(16);
    assertThat(sums.tokens(false, 4096, 24)).isEqualTo(24);
    assertThat(sums.tokens(false, 4096, 39)).isEqualTo(32);
    assertThat(sums.tokens(false, 320, 80)).isEqualTo(64);
    assertThat(sums.tokens(false, 319, 80)).isZero();
    assertThat(sums.tokens(true, 256, 12)).isEqualTo(12);
    assertThat(sums.tokens(true, 128, 50)).isEqualTo(32);
    assertThat(sums.tokens(true, 127, 50)).isZero();
  }
}
