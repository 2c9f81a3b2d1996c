package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import java.util.List;

/**
 * Turns a matrix {@code [rows, cols]} of each sample into {@code [cols, rows]}, some columns at a
 * time: what images need whose channels shall be last, or first again.
 */
final class Turn {

  private final Operand x;
  private final Operand y;
  private final int rows;
  private final int cols;
  private final int perBlock;
  private final int perSample;
  private final float[][] loaded;
  private final float[][] turned;

  private Turn(Operand x, Operand y, int rows, int threads) {
    this.x = x;
    this.y = y;
    this.rows = rows;
    cols = x.size() / rows;
    perBlock = Math.clamp(Staged.BLOCK / rows, 1, cols);
    perSample = Math.ceilDiv(cols, perBlock);
    loaded = new float[threads][rows * perBlock];
    turned = new float[threads][rows * perBlock];
  }

  /** Whether dimensions in this order are those of the input with the first ones at the end. */
  static boolean isRotation(List<Integer> order) {
    for (int i = 0; i < order.size(); i++) {
      if (order.get(i) != (order.getFirst() + i) % order.size()) {
        return false;
      }
    }
    return !order.isEmpty();
  }

  /**
   * A run that turns all samples.
   *
   * @param rows of the matrix
   */
  static Runnable of(Memory memory, Operand x, Operand y, int rows) {
    Parallelism threads = memory.parallelism();
    var turn = new Turn(x, y, rows, threads.threads());
    int blocks = Math.multiplyExact(x.samples(), turn.perSample);
    Parallelism.Part part = turn::run;
    int least = Math.ceilDiv(Blocks.LEAST * Staged.BLOCK, rows * turn.perBlock);
    return () -> threads.forParts(blocks, 1, least, part);
  }

  private void run(int worker, int from, int to) {
    for (int i = from; i < to; i++) {
      long start = (long) (i / perSample) * x.size();
      int col = i % perSample * perBlock;
      turn(loaded[worker], turned[worker], start, col);
    }
  }

  private void turn(float[] from, float[] to, long start, int col) {
    int count = Math.min(perBlock, cols - col);
    for (int row = 0; row < rows; row++) {
      Staged.load(x.values(), start + (long) row * cols + col, from, row * count, count);
    }
    if (count > rows) {
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < count; i++) {
          to[i * rows + row] = from[row * count + i];
        }
      }
    } else {
      for (int i = 0; i < count; i++) {
        for (int row = 0; row < rows; row++) {
          to[i * rows + row] = from[row * count + i];
        }
      }
    }
    Staged.store(to, y.values(), start + (long) col * rows, count * rows);
  }
}
