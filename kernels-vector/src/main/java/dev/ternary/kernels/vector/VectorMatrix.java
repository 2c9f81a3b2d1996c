package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;
import static dev.ternary.kernels.vector.VectorCpu.VECTOR_BYTES;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The layout of {@link VectorKernel}: {@link Codes} as {@code [block][tile][unit][row of tile]}, so
 * that the codes of a block, which all tokens share one table for, lie side by side.
 */
final class VectorMatrix implements PreparedMatrix {

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

  private final AtomicBoolean closed = new AtomicBoolean();

  VectorMatrix(TernaryMatrix w, Epilogue epilogue) {
    epilogue.checkRows(w.rows());
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

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
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
  public void matMul(Int8Matrix x, IntMatrix sums, Workspace workspace) {
    check(x.rows(), x.cols(), sums.rows(), sums.cols());
    new VectorProduct(this, x, sums, workspace).run();
  }

  @Override
  public void matMul(Int8Matrix x, FloatMatrix y, Workspace workspace) {
    check(x.rows(), x.cols(), y.rows(), y.cols());
    new VectorProduct(this, x, y, workspace).run();
  }

  @Override
  public void matMul(FloatMatrix x, FloatMatrix y, Workspace workspace) {
    check(x.rows(), x.cols(), y.rows(), y.cols());
    new VectorProduct(this, x, y, workspace).run();
  }

  private void check(int tokens, int xCols, int yRows, int yCols) {
    if (closed.get()) {
      throw new IllegalStateException("the matrix is closed");
    }
    PreparedMatrix.checkShapes(this, tokens, xCols, yRows, yCols);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      arena.close();
    }
  }
}
