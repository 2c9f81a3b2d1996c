package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.graph.Windows;
import dev.ternary.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * A pool of each channel of images with their channels last.
 *
 * @param geometry the window and how it moves
 * @param max the largest value, otherwise the mean with padding counted as zeros
 */
record Pool(PoolGeometry geometry, boolean max) implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements() * geometry.kernelH() * geometry.kernelW();
  }

  @Override
  public boolean writesMaxima() {
    return true;
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> operands, Operand y) {
    Operand x = operands.getFirst();
    ConvShape shape = Windows.pool(geometry, Shape.of(x.dim(2), x.dim(0), x.dim(1)));
    Parallelism threads = memory.parallelism();
    int rowSize = shape.outWidth() * shape.channels();
    var maxima = new Maxima(y, threads.threads(), rowSize);
    Worker[] workers = new Worker[threads.threads()];
    Arrays.setAll(workers, worker -> new Worker(x, y, shape, max));
    int rows = Math.multiplyExact(x.samples(), shape.outHeight());
    Parallelism.Part part =
        (worker, from, to) -> {
          for (int row = from; row < to; row++) {
            int image = row / shape.outHeight();
            workers[worker].row(image, row % shape.outHeight());
            maxima.add(worker, image, (long) row * rowSize, rowSize);
          }
        };
    long rowWork = work(List.of(), y.shape()) / shape.outHeight();
    int least = (int) Math.ceilDiv(Blocks.LEAST * Staged.BLOCK, rowWork);
    return () -> {
      threads.forParts(rows, 1, least, part);
      maxima.store();
    };
  }

  /** The scratch of one thread. */
  private static final class Worker {
    private final Operand x;
    private final Operand y;
    private final ConvShape shape;
    private final boolean max;
    private final int rowSize;

    /** The rows of an image under the window, and a row of results. */
    private final float[] rows;

    private final float[] out;

    Worker(Operand x, Operand y, ConvShape shape, boolean max) {
      this.x = x;
      this.y = y;
      this.shape = shape;
      this.max = max;
      rowSize = shape.width() * shape.channels();
      rows = new float[Math.min(shape.kernelH(), shape.height()) * rowSize];
      out = new float[shape.outWidth() * shape.channels()];
    }

    /** Makes a row. */
    void row(int image, int outRow) {
      ConvGeometry g = shape.geometry();
      int top = outRow * g.strideH() - g.padH();
      int from = Math.max(top, 0);
      int count = Math.min(top + shape.kernelH(), shape.height()) - from;
      Staged.load(
          x.values(), (long) image * x.size() + (long) from * rowSize, rows, count * rowSize);
      if (max) {
        // Which of them comes first does not matter: all rows as one, in long loops.
        for (int row = 1; row < count; row++) {
          FloatRows.max(rows, row * rowSize, rows, 0, rowSize);
        }
        Arrays.fill(out, Float.NEGATIVE_INFINITY);
        pool(1);
      } else {
        Arrays.fill(out, 0);
        pool(count);
        FloatRows.divide(out, shape.kernelH() * shape.kernelW());
      }
      Staged.store(
          out, y.values(), (long) image * y.size() + (long) outRow * out.length, out.length);
    }

    /** The windows of the first {@code count} rows. */
    private void pool(int count) {
      ConvGeometry g = shape.geometry();
      int channels = shape.channels();
      for (int column = 0; column < shape.outWidth(); column++) {
        int left = column * g.strideW() - g.padW();
        int first = Math.max(left, 0);
        int last = Math.min(left + shape.kernelW(), shape.width());
        for (int row = 0; row < count; row++) {
          for (int at = first; at < last; at++) {
            int pixel = row * rowSize + at * channels;
            if (max) {
              FloatRows.max(rows, pixel, out, column * channels, channels);
            } else {
              FloatRows.add(rows, pixel, out, column * channels, channels);
            }
          }
        }
      }
    }
  }
}
