package dev.ternary.nn.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Normalization of rows of consecutive elements: layer norm, RMS norm and softmax. */
final class RowNorm implements Operator {

  /** A row is as long as the last dimension, which may be free. */
  private static final int LAST = 0;

  private final int cols;
  private final RowFunction function;

  /** Reads one row of {@code x} at a byte offset and writes it to the same place of {@code y}. */
  @FunctionalInterface
  private interface RowFunction {
    void apply(MemorySegment x, MemorySegment y, long at, int cols);
  }

  private RowNorm(int cols, RowFunction function) {
    this.cols = cols;
    this.function = function;
  }

  /** {@code (x - mean) / sqrt(variance + eps) * gamma + beta}, sums in float64. */
  static RowNorm layerNorm(float[] gamma, float[] beta, float eps) {
    float[] g = gamma.clone();
    float[] b = beta.clone();
    return new RowNorm(
        g.length,
        (x, y, at, cols) -> {
          double sum = 0;
          for (int i = 0; i < cols; i++) {
            sum += get(x, at, i);
          }
          double mean = sum / cols;
          double squares = 0;
          for (int i = 0; i < cols; i++) {
            double d = get(x, at, i) - mean;
            squares += d * d;
          }
          double inverse = 1 / Math.sqrt(squares / cols + eps);
          for (int i = 0; i < cols; i++) {
            set(y, at, i, (float) ((get(x, at, i) - mean) * inverse * g[i] + b[i]));
          }
        });
  }

  /** {@code x / sqrt(mean(x^2) + eps) * gamma}, sums in float64. */
  static RowNorm rmsNorm(float[] gamma, float eps) {
    float[] g = gamma.clone();
    return new RowNorm(
        g.length,
        (x, y, at, cols) -> {
          double squares = 0;
          for (int i = 0; i < cols; i++) {
            double v = get(x, at, i);
            squares += v * v;
          }
          double inverse = 1 / Math.sqrt(squares / cols + eps);
          for (int i = 0; i < cols; i++) {
            set(y, at, i, (float) (get(x, at, i) * inverse * g[i]));
          }
        });
  }

  /** {@code exp(x) / sum(exp(x))} over the last dimension. */
  static RowNorm softmax() {
    return new RowNorm(
        LAST,
        (x, y, at, cols) -> {
          float max = Float.NEGATIVE_INFINITY;
          for (int i = 0; i < cols; i++) {
            max = Math.max(max, get(x, at, i));
          }
          double sum = 0;
          for (int i = 0; i < cols; i++) {
            float e = (float) Math.exp((double) get(x, at, i) - max);
            set(y, at, i, e);
            sum += e;
          }
          for (int i = 0; i < cols; i++) {
            set(y, at, i, (float) (get(y, at, i) / sum));
          }
        });
  }

  private static float get(MemorySegment x, long at, int i) {
    return x.get(JAVA_FLOAT_UNALIGNED, at + 4L * i);
  }

  private static void set(MemorySegment y, long at, int i, float value) {
    y.set(JAVA_FLOAT_UNALIGNED, at + 4L * i, value);
  }

  @Override
  public boolean inPlace(int index) {
    return true;
  }

  @Override
  public long work(List<Shape> in, Shape out) {
    return 4 * out.elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    MemorySegment from = in.getFirst().values();
    MemorySegment to = out.values();
    long bytes = from.byteSize();
    int row = cols == LAST ? out.last() : cols;
    return () -> {
      for (long at = 0; at < bytes; at += 4L * row) {
        function.apply(from, to, at, row);
      }
    };
  }
}
