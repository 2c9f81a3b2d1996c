package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.TernaryMatrix;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Small products until the JIT has compiled the kernels. A kernel that is interpreted takes a
 * thousand times as long, and it is not replaced within one call: a first product of many tokens
 * would take seconds.
 */
final class WarmUp {

  /** The longest that a process spends on it. */
  private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** Compiled code is faster than the second call by more than this. */
  private static final int ENOUGH = 300;

  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private final FloatMatrix x;
  private final Int8Matrix q;
  private final FloatMatrix y;

  private WarmUp(int rows, int cols) {
    float[] values = new float[2 * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 17 - 8;
    }
    x = FloatMatrix.of(2, cols, values);
    q = Int8Matrix.of(2, cols, new byte[2 * cols]);
    y = FloatMatrix.of(2, rows, new float[2 * rows]);
  }

  /** Runs for at most 300 ms in the first call, and not at all in any other. */
  static void once() {
    if (BEGUN.compareAndSet(false, true)) {
      run(LIMIT_NANOS);
    }
  }

  /**
   * Runs until everything is fast or the time is over, but at least once.
   *
   * @return how many rounds it ran
   */
  static int run(long limitNanos) {
    // Two tiles are one step, a single tile is another.
    int rows = 3 * TILE_ROWS;
    int cols = Codes.MAX_UNITS * Codes.UNIT_COLS;
    var warmUp = new WarmUp(rows, cols);
    long start = System.nanoTime();
    int rounds = 0;
    try (var w =
            PreparedMatrix.of(
                TernaryMatrix.pack(rows, cols, new byte[rows * cols]),
                Epilogue.none().withRelu(),
                VectorWeights::new);
        var workspace = new Workspace()) {
      long[] second = new long[3];
      boolean fast = false;
      while (rounds == 0 || (!fast && System.nanoTime() - start < limitNanos)) {
        long begin = System.nanoTime();
        VectorActivationQuantizer.quantize(warmUp.x, warmUp.q);
        long quantized = System.nanoTime();
        w.matMul(warmUp.q, warmUp.y, workspace);
        long multiplied = System.nanoTime();
        w.matMul(warmUp.x, warmUp.y, workspace);
        long[] nanos = {quantized - begin, multiplied - quantized, System.nanoTime() - multiplied};
        if (rounds == 1) {
          // The first round loads classes.
          second = nanos;
        }
        fast = true;
        for (int i = 0; i < nanos.length; i++) {
          fast &= nanos[i] * ENOUGH < second[i];
        }
        rounds++;
      }
    }
    return rounds;
  }
}
