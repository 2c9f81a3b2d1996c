package dev.ternary.nn.run;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import java.lang.foreign.MemorySegment;

/**
 * A pool of each channel by itself.
 *
 * @param shape the window, with one group a channel
 * @param max the largest value, otherwise the mean with padding counted as zeros
 */
public record PoolStep(ConvShape shape, boolean max) implements Step {

  @Override
  public int inSize() {
    return shape.inSize();
  }

  @Override
  public int outSize() {
    return shape.outSize();
  }

  @Override
  public long work() {
    return (long) outSize() * shape.kernelH() * shape.kernelW();
  }

  @Override
  public Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y) {
    MemorySegment from = x.values();
    MemorySegment to = y.values();
    int planes = Math.multiplyExact(x.rows(), shape.channels());
    return () -> {
      for (int plane = 0; plane < planes; plane++) {
        plane(
            from,
            (long) plane * shape.height() * shape.width(),
            to,
            (long) plane * shape.positions());
      }
    };
  }

  private void plane(MemorySegment x, long in, MemorySegment y, long out) {
    ConvGeometry g = shape.geometry();
    long at = out;
    for (int row = 0; row < shape.outHeight(); row++) {
      int top = row * g.strideH() - g.padH();
      int rowFrom = Math.max(top, 0);
      int rowTo = Math.min(top + shape.kernelH(), shape.height());
      for (int column = 0; column < shape.outWidth(); column++) {
        int left = column * g.strideW() - g.padW();
        int from = Math.max(left, 0);
        int to = Math.min(left + shape.kernelW(), shape.width());
        float value =
            max
                ? max(x, in, rowFrom, rowTo, from, to)
                : sum(x, in, rowFrom, rowTo, from, to) / (shape.kernelH() * shape.kernelW());
        y.setAtIndex(JAVA_FLOAT_UNALIGNED, at++, value);
      }
    }
  }

  private float max(MemorySegment x, long in, int rowFrom, int rowTo, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int row = rowFrom; row < rowTo; row++) {
      for (int column = from; column < to; column++) {
        long index = in + (long) row * shape.width() + column;
        max = Math.max(max, x.getAtIndex(JAVA_FLOAT_UNALIGNED, index));
      }
    }
    return max;
  }

  private float sum(MemorySegment x, long in, int rowFrom, int rowTo, int from, int to) {
    float sum = 0;
    for (int row = rowFrom; row < rowTo; row++) {
      for (int column = from; column < to; column++) {
        long index = in + (long) row * shape.width() + column;
        sum += x.getAtIndex(JAVA_FLOAT_UNALIGNED, index);
      }
    }
    return sum;
  }
}
