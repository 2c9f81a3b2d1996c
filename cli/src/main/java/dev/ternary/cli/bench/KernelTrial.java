package dev.ternary.cli.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.Workspace;
import dev.ternary.kernel.spi.WeightLayouts;
import dev.ternary.measure.OpenBlas;
import dev.ternary.measure.Stopwatch;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * All contenders at one shape of weights, on the same seeded weights and activations. Every
 * kernel's result is compared with the scalar kernel's before anything is timed.
 */
final class KernelTrial implements AutoCloseable {

  /** Only reads the packed weights of a contender: what one token cannot go below. */
  static final String READ = "read";

  /** OpenBLAS on float32 weights. */
  static final String OPENBLAS = "openblas";

  private final Arena arena;
  private final TernaryMatrix w;
  private final Parallelism parallelism;
  private final Workspace workspace;
  private final List<Prepared> prepared = new ArrayList<>();
  private final Optional<OpenBlas> openBlas;
  private final MemorySegment floatWeights;

  /** A contender, and what reading its weights is called where they can be read. */
  private record Prepared(String name, PreparedMatrix matrix, Optional<String> reading) {}

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  KernelTrial(
      int rows,
      int cols,
      List<TernaryKernel> kernels,
      Parallelism parallelism,
      Optional<OpenBlas> openBlas) {
    this.parallelism = parallelism;
    this.openBlas = openBlas;
    arena = Arena.ofShared();
    workspace = new Workspace(parallelism);
    w = randomWeights(rows, cols, arena);
    for (TernaryKernel kernel : kernels) {
      add(kernel.name(), kernel.prepare(w), READ);
    }
    floatWeights = openBlas.isPresent() ? floatWeights() : MemorySegment.NULL;
  }

  private void add(String name, PreparedMatrix matrix, String reading) {
    Optional<String> ifReadable =
        matrix.weightBytes().isPresent() ? Optional.of(reading) : Optional.empty();
    prepared.add(new Prepared(name, matrix, ifReadable));
  }

  /** Adds the layouts that a kernel, the only contender so far, did not choose for the weights. */
  void addOtherLayouts(WeightLayouts kernel) {
    List<TernaryKernel> layouts = kernel.layouts();
    PreparedMatrix chosen = prepared.getFirst().matrix();
    for (TernaryKernel layout : layouts.size() > 1 ? layouts : List.<TernaryKernel>of()) {
      PreparedMatrix matrix = layout.prepare(w);
      if (weightBytes(matrix) == weightBytes(chosen)) {
        matrix.close();
      } else {
        add(layout.name(), matrix, READ + " (" + layout.name() + ")");
      }
    }
  }

  private static long weightBytes(PreparedMatrix matrix) {
    return matrix.weightBytes().orElse(0);
  }

  private static TernaryMatrix randomWeights(int rows, int cols, Arena arena) {
    var random = new SplittableRandom(42);
    byte[] trits = new byte[cols];
    Packing packing = Packing.twoBit();
    MemorySegment codes = arena.allocate(rows * packing.rowBytes(cols), 64);
    for (int row = 0; row < rows; row++) {
      for (int col = 0; col < cols; col++) {
        trits[col] = (byte) (random.nextInt(3) - 1);
      }
      packing.packRow(trits, 0, cols, codes, row * packing.rowBytes(cols));
    }
    float[] scales = new float[rows];
    for (int row = 0; row < rows; row++) {
      scales[row] = random.nextFloat();
    }
    return new TernaryMatrix(rows, cols, packing, codes, Scales.perRow(scales));
  }

  private MemorySegment floatWeights() {
    MemorySegment floats = arena.allocate(4L * w.rows() * w.cols(), 64);
    w.forEachRow((row, trits) -> {
      for (int col = 0; col < trits.length; col++) {
        floats.setAtIndex(
            JAVA_FLOAT, (long) row * w.cols() + col, trits[col] * w.scales().value(row));
      }
    });
    return floats;
  }

  /** Times all contenders on products with so many tokens. */
  List<Measurement> measure(int tokens, Duration budget) {
    try (Arena memory = Arena.ofShared()) {
      FloatMatrix floats = FloatMatrix.allocate(memory, tokens, w.cols());
      Int8Matrix x = Int8Matrix.allocate(memory, tokens, w.cols());
      FloatMatrix y = FloatMatrix.allocate(memory, tokens, w.rows());
      var random = new SplittableRandom(7);
      for (long i = 0; i < x.values().byteSize(); i++) {
        byte value = (byte) random.nextInt();
        x.values().set(JAVA_BYTE, i, value);
        floats.values().setAtIndex(JAVA_FLOAT, i, value);
      }
      for (int token = 0; token < tokens; token++) {
        x.scales().setAtIndex(JAVA_FLOAT, token, 1);
      }
      check(x, y);
      return time(tokens, budget, x, floats, y);
    }
  }

  private List<Measurement> time(
      int tokens, Duration budget, Int8Matrix x, FloatMatrix floats, FloatMatrix y) {
    var names = new ArrayList<String>();
    var actions = new ArrayList<Supplier<?>>();
    for (Prepared contender : prepared) {
      String reading = contender.reading().orElse("");
      // Of contenders whose weights are the same, the first serves.
      if (!reading.isEmpty() && !names.contains(reading)) {
        names.add(reading);
        actions.add(() -> {
          contender.matrix().readWeights(workspace);
          return contender;
        });
      }
    }
    for (Prepared contender : prepared) {
      names.add(contender.name());
      actions.add(() -> {
        contender.matrix().matMul(x, y, workspace);
        return y;
      });
    }
    openBlas.ifPresent(blas -> {
      names.add(OPENBLAS);
      actions.add(() -> {
        blas.product(tokens, w.rows(), w.cols(), floatWeights, floats.values(), y.values());
        return y;
      });
    });
    List<Stopwatch.Sample> samples =
        Stopwatch.ofBudget(parallelism.threads(), budget).time(actions);
    var measurements = new ArrayList<Measurement>();
    for (int i = 0; i < names.size(); i++) {
      Stopwatch.Sample sample = samples.get(i);
      // Reading is done once for all tokens, and is counted as a product with one.
      int counted = names.get(i).startsWith(READ) ? 1 : tokens;
      measurements.add(
          new Measurement(
              names.get(i),
              w.rows(),
              w.cols(),
              tokens,
              parallelism.threads(),
              sample.count(),
              sample.best() * tokens / counted,
              sample.median() * tokens / counted,
              sample.steady()));
    }
    return measurements;
  }

  /** Compares a few rows with the scalar kernel's results. */
  private void check(Int8Matrix x, FloatMatrix y) {
    int rows = Math.min(w.rows(), 20);
    var expected = FloatMatrix.of(x.rows(), rows, new float[x.rows() * rows]);
    try (PreparedMatrix scalar = Kernels.scalar().prepare(w.rows(0, rows));
        Workspace single = new Workspace()) {
      scalar.matMul(x, expected, single);
    }
    for (Prepared contender : prepared) {
      contender.matrix().matMul(x, y, workspace);
      for (int token = 0; token < x.rows(); token++) {
        for (int row = 0; row < rows; row++) {
          float wanted = expected.get(token, row);
          if (Float.floatToRawIntBits(y.get(token, row)) != Float.floatToRawIntBits(wanted)) {
            throw new IllegalStateException(
                contender.name()
                    + " gives "
                    + y.get(token, row)
                    + " at token "
                    + token
                    + ", row "
                    + row
                    + "; the scalar kernel gives "
                    + wanted);
          }
        }
      }
    }
  }

  @Override
  public void close() {
    for (Prepared contender : prepared) {
      contender.matrix().close();
    }
    workspace.close();
    arena.close();
  }
}
