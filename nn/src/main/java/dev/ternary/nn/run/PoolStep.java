package dev.ternary.nn.run;

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
    float[] in = new float[shape.height() * shape.width()];
    float[] out = new float[shape.positions()];
    return () -> {
      for (int plane = 0; plane < planes; plane++) {
        Staged.load(from, (long) plane * in.length, in, in.length);
        plane(in, out);
        Staged.store(out, to, (long) plane * out.length, out.length);
      }
    };
  }

  private void plane(float[] in, float[] out) {
    ConvGeometry g = shape.geometry();
    int at = 0;
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
                ? max(in, rowFrom, rowTo, from, to)
                : sum(in, rowFrom, rowTo, from, to) / (shape.kernelH() * shape.kernelW());
        out[at++] = value;
      }
    }
  }

  private float max(float[] in, int rowFrom, int rowTo, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int row = rowFrom; row < rowTo; row++) {
      for (int column = from; column < to; column++) {
        max = Math.max(max, in[row * shape.width() + column]);
      }
    }
    return max;
  }

  private float sum(float[] in, int rowFrom, int rowTo, int from, int to) {
    float sum = 0;
    for (int row = rowFrom; row < rowTo; row++) {
      for (int column = from; column < to; column++) {
        sum += in[row * shape.width() + column];
      }
    }
    return sum;
  }
}
