package dev.ternary.cli.doctor;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.measure.Stopwatch;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.report.Numbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.SplittableRandom;

/** How fast a kernel is, measured in a moment. */
final class KernelSpeed {

  private static final int SIZE = 1024;
  private static final Duration TIME = Duration.ofMillis(150);

  private KernelSpeed() {}

  /** One token by weights of 1024 x 1024, on one thread. */
  static String measure(TernaryKernel kernel) {
    var random = new SplittableRandom(42);
    byte[] trits = new byte[SIZE];
    Packing packing = Packing.twoBit();
    try (Arena arena = Arena.ofConfined();
        Workspace workspace = new Workspace()) {
      MemorySegment codes = arena.allocate(SIZE * packing.rowBytes(SIZE), 64);
      float[] scales = new float[SIZE];
      for (int row = 0; row < SIZE; row++) {
        for (int col = 0; col < SIZE; col++) {
          trits[col] = (byte) (random.nextInt(3) - 1);
        }
        packing.packRow(trits, 0, SIZE, codes, row * packing.rowBytes(SIZE));
        scales[row] = 1;
      }
      byte[] values = new byte[SIZE];
      random.nextBytes(values);
      Int8Matrix x = Int8Matrix.of(1, SIZE, values);
      FloatMatrix y = FloatMatrix.allocate(arena, 1, SIZE);
      var weights = new TernaryMatrix(SIZE, SIZE, packing, codes, Scales.perRow(scales));
      try (PreparedMatrix matrix = kernel.prepare(weights)) {
        double nanos =
            Stopwatch.ofBudget(1, TIME)
                .time(() -> {
                  matrix.matMul(x, y, workspace);
                  return y;
                })
                .best();
        return Numbers.fixed((double) SIZE * SIZE / nanos, 0)
            + " thousand million weights a second on one thread";
      }
    }
  }
}
