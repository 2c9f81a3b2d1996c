package dev.ternary.kernels.vector;

import static dev.ternary.kernels.vector.VectorCpu.TILE_ROWS;

import dev.ternary.kernel.Epilogue;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.spi.Scratch;
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

  private static final int SELDOM = 32;

  private final Form form;
  private final List<Runnable> closing = new ArrayList<>();
  private final Call plain;
  private final Call vector;
  private long plainNanos;
  private final Race race = new Race();
  private int calls;

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
    race.add(middle - begin, end - middle);
    if (race.isWon()) {
      form.nowCompiled();
    }
    return end - begin;
  }

  private Call call(Choice choice) {
    int narrow = 2 * TILE_ROWS + 8;
    int cols = 2 * Codes.MAX_UNITS * Codes.UNIT_COLS;
    return switch (form) {
      case INT8, FLOAT32 -> products(choice, 1, narrow, cols);
      case MANY_INT8 -> products(choice, ByTokens.TOKENS, 104, 300);
      case QUANTIZATION -> {
        var x = FloatMatrix.of(1, cols, values(cols));
        var q = Int8Matrix.of(1, cols, new byte[cols]);
        yield choice == Choice.VECTOR
            ? () -> VectorActivationQuantizer.quantize(x, q)
            : () -> PlainQuantizer.quantize(x, q);
      }
    };
  }

  /** Products with a scale a row, and now and then one with several scales a row. */
  private Call products(Choice choice, int tokens, int rows, int cols) {
    Call large = product(choice, tokens, rows, cols, Granularity.row());
    Call small = product(choice, tokens, rows, 100, Granularity.group(32));
    return () -> {
      large.run();
      // Seldom, because the JIT compiles a loop for as many turns as it has seen on average.
      if (calls++ % SELDOM < 2) {
        small.run();
      }
    };
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private Call product(Choice choice, int tokens, int rows, int cols, Granularity granularity) {
    float[] scales = values(Math.toIntExact(granularity.count(rows, cols)));
    var w =
        TernaryMatrix.pack(
            rows, cols, new byte[rows * cols], Packing.twoBit(), Scales.of(granularity, scales));
    var panels = new VectorPanels(w, Epilogue.none().withRelu());
    var scratch = new Scratch(Parallelism.single());
    closing.add(panels::close);
    closing.add(scratch::close);
    var y = FloatMatrix.of(tokens, rows, new float[tokens * rows]);
    var x = FloatMatrix.of(tokens, cols, values(tokens * cols));
    var q = Int8Matrix.of(tokens, cols, new byte[tokens * cols]);
    Operands operands =
        form == Form.FLOAT32 ? Operands.floats(panels, x, y) : Operands.scaled(panels, q, y);
    return choice == Choice.VECTOR
        ? () -> new VectorProduct(operands, true, scratch).run()
        : () -> new PlainProduct(operands).run(Parallelism.single());
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
