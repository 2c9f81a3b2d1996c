package dev.ternary.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.packed.Granularity;
import dev.ternary.testkit.Trials;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnBlockTest {

  private static final int MOST = Codes.UNIT_COLS * Codes.MAX_UNITS;

  @Test
  void aShortRowIsOneBlock() {
    assertThat(ColumnBlock.split(10, 64, Granularity.tensor()))
        .containsExactly(new ColumnBlock(0, 10, 2, 0, 0, true, true));
  }

  @Test
  void noColumnsAreNoBlocks() {
    assertThat(ColumnBlock.split(0, 64, Granularity.group(4))).isEmpty();
  }

  @Test
  void coversEveryColumnOnceAndEndsWhereGroupsEnd() {
    Trials.forAll(
        2000,
        (random, size) -> {
          int cols = 1 + random.nextInt(size);
          int groupCols = 1 + random.nextInt(size);
          int paddedRows = 64;
          int next = 0;
          long offset = 0;
          for (ColumnBlock block :
              ColumnBlock.split(cols, paddedRows, Granularity.group(groupCols))) {
            assertThat(block.firstCol()).isEqualTo(next);
            assertThat(block.cols()).isBetween(1, MOST);
            assertThat(block.units()).isEqualTo(Math.ceilDiv(block.cols(), Codes.UNIT_COLS));
            assertThat(block.offset()).isEqualTo(offset);
            assertThat(block.group()).isEqualTo(next / groupCols);
            assertThat(block.opensGroup()).isEqualTo(next % groupCols == 0);
            next += block.cols();
            offset += 2L * paddedRows * block.units();
            assertThat((next - 1) / groupCols).isEqualTo(block.group());
            assertThat(block.closesGroup()).isEqualTo(next == cols || next % groupCols == 0);
          }
          assertThat(next).isEqualTo(cols);
        });
  }

  /** A matrix of more than 2^31 bytes is too large for a test; its offsets are not. */
  @Test
  void offsetsPassTwoGigabytes() {
    List<ColumnBlock> blocks = ColumnBlock.split(100_000, 1_000_000, Granularity.row());
    long units = 0;
    for (ColumnBlock block : blocks) {
      assertThat(block.offset()).isEqualTo(2_000_000L * units);
      units += block.units();
    }
    assertThat(blocks.getLast().offset()).isGreaterThan(20_000_000_000L);
  }
}
