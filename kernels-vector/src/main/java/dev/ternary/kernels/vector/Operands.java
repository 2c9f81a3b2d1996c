package dev.ternary.kernels.vector;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.IntMatrix;
import dev.ternary.kernel.Parallelism;
import java.lang.foreign.MemorySegment;

/**
 * What one product takes and where its result goes, whichever code computes it.
 *
 * @param w the weights
 * @param tokens rows of {@code x}
 * @param x int8 or float32 activations, row-major
 * @param floats whether activations are float32
 * @param tokenScales a scale for each row of int8 activations
 * @param result int32 sums or float32 results, row-major
 * @param scaled whether results are float32
 */
record Operands(
    VectorPanels w,
    int tokens,
    MemorySegment x,
    boolean floats,
    MemorySegment tokenScales,
    MemorySegment result,
    boolean scaled) {

  /** For exact sums. */
  static Operands sums(VectorPanels w, Int8Matrix x, IntMatrix sums) {
    return new Operands(w, x.rows(), x.values(), false, x.scales(), sums.values(), false);
  }

  /** For sums times scales. */
  static Operands scaled(VectorPanels w, Int8Matrix x, FloatMatrix y) {
    return new Operands(w, x.rows(), x.values(), false, x.scales(), y.values(), true);
  }

  /** For products of float32 activations. */
  static Operands floats(VectorPanels w, FloatMatrix x, FloatMatrix y) {
    return new Operands(w, x.rows(), x.values(), true, MemorySegment.NULL, y.values(), true);
  }

  /** Whether no sums are there that those of {@code block} are added to. */
  boolean opens(ColumnBlock block) {
    return scaled ? block.opensGroup() : block.firstCol() == 0;
  }

  /**
   * Runs {@code part} on the rows, shared by workers.
   *
   * @param least multiply-adds that are worth a thread
   */
  void forRows(Parallelism parallelism, long least, Parallelism.Part part) {
    if (tokens > 0 && w.rows() > 0) {
      int rows = Parallelism.leastRows(least, tokens, w.cols());
      parallelism.forParts(w.rows(), VectorCpu.TILE_ROWS, rows, part);
    }
  }
}
