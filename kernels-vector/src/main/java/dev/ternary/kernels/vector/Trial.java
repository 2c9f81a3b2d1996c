package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.PreparedMatrix;
import dev.ternary.kernel.Workspace;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Small calls of one form, to compare the time of vector code with that of plain code. */
final class Trial implements AutoCloseable {

  /** Plain code alone is called for so long, so that it is compiled first: it serves meanwhile. */
  private static final long PLAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Calls in a row that vector code must win. */
  private static final int ENOUGH = 8;

  private final Form form;
  private final List<Runnable> closing = new ArrayList<>();
  private final Call plain;
  private final Call vector;
  private long plainNanos;
  private int won;

  @FunctionalInterface
  private interface Call {
    void run();
  }

  /** A trial of {@code form}. */
  Trial(Form form) {
    this.form = form;
    plain = call(Choice.PLAIN);
    vector = call(Choice.VECTOR);
  }

  /**
   * Calls each once, and turns to vector code where that has won often enough.
   *
   * @return nanoseconds it took
   */
  long run() {
    long begin = System.nanoTime();
    plain.run();
    long middle = System.nanoTime();
    plainNanos += middle - begin;
    if (plainNanos < PLAIN_NANOS) {
      return middle - begin;
    }
    vector.run();
    long end = System.nanoTime();
    won = end - middle < middle - begin ? won + 1 : 0;
    if (won == ENOUGH) {
      form.nowCompiled();
    }
    return end - begin;
  }

  private Call call(Choice choice) {
    int narrow = 2 * TILE_ROWS + 8;
    int cols = Codes.MAX_UNITS * Codes.UNIT_COLS + 8;
    return switch (form) {
      case INT8, FLOAT32 -> products(choice, 1, narrow, cols);
      case MANY_INT8 -> products(choice, ByTokens.TOKENS, 104, 300);
      case QUANTIZATION -> {
        var x = FloatMatrix.of(1, cols, values(cols));
        var q = Int8Matrix.of(1, cols, new byte[cols]);
        var kernel = new VectorKernel(choice);
        yield () -> kernel.quantize(x, q);
      }
    };
  }

  /** A product with a scale a row, and one with several scales a row. */
  private Call products(Choice choice, int tokens, int rows, int cols) {
    Call large = product(choice, tokens, rows, cols, Granularity.row());
    Call small = product(choice, tokens, rows, 100, Granularity.group(32));
    return () -> {
      large.run();
      small.run();
    };
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private Call product(Choice choice, int tokens, int rows, int cols, Granularity granularity) {
    float[] scales = values(Math.toIntExact(granularity.count(rows, cols)));
    var w =
        TernaryMatrix.pack(
            rows, cols, new byte[rows * cols], Packing.twoBit(), Scales.of(granularity, scales));
    PreparedMatrix prepared = new VectorKernel(choice).prepare(w, Epilogue.none().withRelu());
    var workspace = new Workspace();
    closing.add(prepared::close);
    closing.add(workspace::close);
    var y = FloatMatrix.of(tokens, rows, new float[tokens * rows]);
    var x = FloatMatrix.of(tokens, cols, values(tokens * cols));
    var q = Int8Matrix.of(tokens, cols, new byte[tokens * cols]);
    return form == Form.FLOAT32
        ? () -> prepared.matMul(x, y, workspace)
        : () -> prepared.matMul(q, y, workspace);
  }

  private static float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i % 17 - 8;
    }
    return values;
  }

  @Override
  public void close() {
    closing.forEach(Runnable::run);
  }
}
