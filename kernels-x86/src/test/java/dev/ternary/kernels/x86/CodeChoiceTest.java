package dev.ternary.kernels.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class CodeChoiceTest {

  private static final int ROWS = 64;
  private static final int COLS = 640;

  /** Of weights with two bits each, and their scales. */
  private static final long TWO_BIT_BYTES = ROWS * COLS / 4 + 4 * ROWS;

  /** Of weights with five trits a byte, and their scales. */
  private static final long FIVE_TRIT_BYTES = ROWS * COLS / 5 + 4 * ROWS;

  private static TernaryMatrix matrix() {
    return TernaryMatrix.pack(ROWS, COLS, new byte[ROWS * COLS]);
  }

  private static long bytes(PreparedMatrix matrix) {
    return matrix.weightBytes().orElseThrow();
  }

  @Test
  void aMatrixThatDoesNotFitInTheCacheHasFiveTritsAByte() {
    CodeChoice fits = CodeChoice.automatic(TWO_BIT_BYTES);
    assertThat(fits.choose(matrix())).isEqualTo(WeightCode.TWO_BIT);
    CodeChoice tooLarge = CodeChoice.automatic(TWO_BIT_BYTES - 1);
    assertThat(tooLarge.choose(matrix())).isEqualTo(WeightCode.FIVE_TRITS);
  }

  @Test
  void matricesInUseThatDoNotFitTogetherCountAsOne() {
    assumeTrue(FiveTritKernelTest.find().isPresent(), "AVX-512 VBMI is missing");
    TernaryKernel kernel = new X86Kernel("test", CodeChoice.automatic(2 * TWO_BIT_BYTES));
    PreparedMatrix first = kernel.prepare(matrix());
    try (PreparedMatrix second = kernel.prepare(matrix());
        PreparedMatrix third = kernel.prepare(matrix())) {
      assertThat(bytes(first)).isEqualTo(TWO_BIT_BYTES);
      assertThat(bytes(second)).isEqualTo(TWO_BIT_BYTES);
      assertThat(bytes(third)).isEqualTo(FIVE_TRIT_BYTES);
    }
    try (PreparedMatrix again = kernel.prepare(matrix())) {
      assertThat(bytes(again)).as("once the others are closed").isEqualTo(TWO_BIT_BYTES);
    }
    first.close();
  }

  @Test
  void aMatrixThatCannotBePreparedIsNotInUse() {
    assumeTrue(FiveTritKernelTest.find().isPresent(), "AVX-512 VBMI is missing");
    TernaryKernel kernel = new X86Kernel("test", CodeChoice.automatic(TWO_BIT_BYTES));
    TernaryMatrix gone;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment codes = arena.allocate(matrix().codes().byteSize());
      gone = new TernaryMatrix(ROWS, COLS, Packing.twoBit(), codes, Scales.perTensor(1));
    }
    assertThatThrownBy(() -> kernel.prepare(gone))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(" is closed, and the ternary matrix [64, 640] is a view of it");
    try (PreparedMatrix first = kernel.prepare(matrix())) {
      assertThat(bytes(first)).isEqualTo(TWO_BIT_BYTES);
    }
  }

  @Test
  void scalesAGroupKeepTwoBits() {
    CodeChoice always = CodeChoice.always(WeightCode.FIVE_TRITS);
    assertThat(always.choose(grouped(32))).isEqualTo(WeightCode.TWO_BIT);
    assertThat(always.choose(grouped(COLS - 1))).isEqualTo(WeightCode.TWO_BIT);
    assertThat(always.choose(grouped(COLS))).isEqualTo(WeightCode.FIVE_TRITS);
    assertThat(always.choose(matrix())).isEqualTo(WeightCode.FIVE_TRITS);
  }

  private static TernaryMatrix grouped(int groupCols) {
    Granularity granularity = Granularity.group(groupCols);
    float[] scales = new float[(int) granularity.count(ROWS, COLS)];
    return TernaryMatrix.pack(
        ROWS, COLS, new byte[ROWS * COLS], Packing.twoBit(), Scales.of(granularity, scales));
  }

  @Test
  void thePropertyNamesALayout() {
    assertThat(CodeChoice.of("2bit").choose(matrix())).isEqualTo(WeightCode.TWO_BIT);
    assertThat(CodeChoice.of("1.6bit").choose(matrix())).isEqualTo(WeightCode.FIVE_TRITS);
    assertThat(CodeChoice.of("auto").choose(matrix())).isEqualTo(WeightCode.TWO_BIT);
    assertThatThrownBy(() -> CodeChoice.of("3bit"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ternary.x86.weights must be auto, 2bit or 1.6bit, got '3bit'");
  }
}
