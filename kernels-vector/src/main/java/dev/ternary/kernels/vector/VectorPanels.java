package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;

import dev.ternary.kernel.Epilogue;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The layout of {@link VectorKernel}: {@link Codes} as {@code [block][tile][unit]}, so that the
 * codes of a block, which all tokens share one table for, lie side by side.
 */
final class VectorPanels implements AutoCloseable {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(VectorCpu.ORDER);

  private final int rows;
  private final int cols;
  private final int paddedRows;
  private final ColumnBlock[] blocks;
  private final int groups;

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private final Arena arena = Arena.ofShared();

  private final MemorySegment codes;

  /** One factor for each group and padded row: {@code [group][row]}. */
  private final MemorySegment scales;

  private final Epilogue epilogue;

  /** One bias for each padded row; empty where there is no epilogue. */
  private final MemorySegment bias;

  VectorPanels(TernaryMatrix w, Epilogue epilogue) {
    this.epilogue = epilogue;
    rows = w.rows();
    cols = w.cols();
    paddedRows = Math.ceilDiv(rows, TILE_ROWS) * TILE_ROWS;
    Granularity granularity = w.scales().granularity();
    blocks = ColumnBlock.split(cols, paddedRows, granularity).toArray(ColumnBlock[]::new);
    groups = granularity.groupsPerRow(cols);
    long units = 0;
    for (ColumnBlock block : blocks) {
      units += block.units();
    }
    codes = arena.allocate(units * paddedRows * Short.BYTES, VECTOR_BYTES);
    scales = arena.allocate((long) groups * paddedRows * Float.BYTES, VECTOR_BYTES);
    bias =
        epilogue.isNone()
            ? MemorySegment.NULL
            : arena.allocate((long) paddedRows * Float.BYTES, VECTOR_BYTES);
    for (int row = 0; row < rows && !epilogue.isNone(); row++) {
      bias.setAtIndex(FLOAT, row, epilogue.biasAt(row));
    }
    new Repacker(w, blocks, codes).run();
    for (int group = 0; group < groups; group++) {
      for (int row = 0; row < rows; row++) {
        scales.setAtIndex(
            FLOAT, (long) group * paddedRows + row, scale(w.scales(), row, group, groups));
      }
    }
  }

  private static float scale(Scales scales, int row, int group, int groups) {
    return switch (scales.granularity()) {
      case Granularity.PerTensor() -> scales.value(0);
      case Granularity.PerRow() -> scales.value(row);
      case Granularity.PerGroup _ -> scales.value(row * groups + group);
    };
  }

  int rows() {
    return rows;
  }

  int cols() {
    return cols;
  }

  int paddedRows() {
    return paddedRows;
  }

  /** Scales of one row. */
  int groups() {
    return groups;
  }

  ColumnBlock[] blocks() {
    return blocks;
  }

  MemorySegment codes() {
    return codes;
  }

  MemorySegment scales() {
    return scales;
  }

  Epilogue epilogue() {
    return epilogue;
  }

  MemorySegment bias() {
    return bias;
  }

  @Override
  public void close() {
    arena.close();
  }
}
