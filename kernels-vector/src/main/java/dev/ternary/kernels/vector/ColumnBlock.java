package dev.ternary.kernels.vector;

import dev.ternary.packed.Granularity;
import java.util.ArrayList;
import java.util.List;

/**
 * Some neighbouring columns of a matrix, which a kernel handles in one go: few enough for {@link
 * Codes#MAX_UNITS}, and all with one scale.
 *
 * @param firstCol the first column
 * @param cols columns, at least 1
 * @param units 16-bit codes a row; what the last one holds beyond {@code cols} is zero trits
 * @param offset byte offset of the block in the codes of the matrix
 * @param group which scale of a row its weights have
 * @param opensGroup whether it starts with the first column of its group
 * @param closesGroup whether it ends with the last column of its group
 */
record ColumnBlock(
    int firstCol,
    int cols,
    int units,
    long offset,
    int group,
    boolean opensGroup,
    boolean closesGroup) {

  /**
   * Splits the columns of a matrix into blocks that end where groups end.
   *
   * @param paddedRows rows in the codes
   */
  static List<ColumnBlock> split(int cols, int paddedRows, Granularity granularity) {
    int groupCols =
        switch (granularity) {
          case Granularity.PerTensor() -> cols;
          case Granularity.PerRow() -> cols;
          case Granularity.PerGroup(int g) -> Math.min(g, cols);
        };
    var blocks = new ArrayList<ColumnBlock>();
    long offset = 0;
    for (int first = 0; first < cols; ) {
      int group = first / groupCols;
      int groupEnd = Math.min(cols - group * groupCols, groupCols) + group * groupCols;
      int width = Math.min(groupEnd - first, Codes.UNIT_COLS * Codes.MAX_UNITS);
      int units = Math.ceilDiv(width, Codes.UNIT_COLS);
      blocks.add(
          new ColumnBlock(
              first,
              width,
              units,
              offset,
              group,
              first == group * groupCols,
              first + width == groupEnd));
      offset += (long) Short.BYTES * paddedRows * units;
      first += width;
    }
    return List.copyOf(blocks);
  }

  /** Bytes of the codes of one tile of rows. */
  long tileBytes() {
    return (long) units * Codes.UNIT_BYTES;
  }
}
