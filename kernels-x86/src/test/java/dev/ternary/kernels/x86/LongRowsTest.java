package dev.ternary.kernels.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Probe;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows so long that sums of fields which are not shifted down would lose their high bits. */
class LongRowsTest {

  @ParameterizedTest
  @EnumSource(Tier.class)
  void sumsStayExactAtTheExtremes(Tier tier) {
    if (!(tier.probe() instanceof Probe.Usable(TernaryKernel kernel))) {
      assumeTrue(false, tier.kernelName() + " cannot run here");
      return;
    }
    // Around 2^18 and 2^21 columns the kernel changes how many fields it leaves unshifted.
    check(kernel, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1 << 21, (1 << 21) + 33);
  }

  @Test
  void sumsStayExactAtTheExtremesWithFiveTritsAByte() {
    Optional<TernaryKernel> kernel = FiveTritKernelTest.find();
    assumeTrue(kernel.isPresent(), "AVX-512 VBMI is missing");
    // It changes at as many blocks, each of 20 columns.
    check(kernel.orElseThrow(), 20 << 14, (20 << 14) + 1, 20 << 17, (20 << 17) + 1);
  }

  private static void check(TernaryKernel kernel, int... lengths) {
    for (int cols : lengths) {
      byte[] trits = new byte[cols];
      byte[] x = new byte[2 * cols];
      for (byte trit : new byte[] {-1, 1}) {
        for (byte activation : new byte[] {Byte.MIN_VALUE, Byte.MAX_VALUE}) {
          Arrays.fill(trits, trit);
          Arrays.fill(x, activation);
          int[] sums = new int[2];
          try (PreparedMatrix w = kernel.prepare(TernaryMatrix.pack(1, cols, trits));
              Workspace workspace = new Workspace()) {
            w.matMul(Int8Matrix.of(2, cols, x), IntMatrix.of(2, 1, sums), workspace);
            assertThat(sums).containsOnly(trit * activation * cols);
            Arrays.fill(sums, 0);
            int[] one = new int[1];
            byte[] first = Arrays.copyOf(x, cols);
            w.matMul(Int8Matrix.of(1, cols, first), IntMatrix.of(1, 1, one), workspace);
            assertThat(one).containsExactly(trit * activation * cols);
          }
        }
      }
    }
  }
}
