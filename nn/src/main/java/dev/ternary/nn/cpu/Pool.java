package dev.ternary.nn.cpu;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.graph.Windows;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A pool of each channel by itself.
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
  public Runnable bind(Memory memory, List<Operand> operands, Operand y) {
    Operand x = operands.getFirst();
    ConvShape shape = Windows.pool(geometry, x.shape());
    MemorySegment from = x.values();
    MemorySegment to = y.values();
    int planes = Math.multiplyExact(x.samples(), shape.channels());
    float[] in = new float[shape.height() * shape.width()];
    float[] out = new float[shape.positions()];
    return () -> {
      for (int plane = 0; plane < planes; plane++) {
        Staged.load(from, (long) plane * in.length, in, in.length);
        plane(shape, in, out);
        Staged.store(out, to, (long) plane * out.length, out.length);
      }
    };
  }

  private void plane(ConvShape shape, float[] in, float[] out) {
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
                ? max(in, shape.width(), rowFrom, rowTo, from, to)
                : sum(in, shape.width(), rowFrom, rowTo, from, to)
                    / (shape.kernelH() * shape.kernelW());
        out[at++] = value;
      }
    }
  }

  private static float max(float[] in, int width, int rowFrom, int rowTo, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int row = rowFrom; row < rowTo; row++) {
      for (int column = from; column < to; column++) {
        max = Math.max(max, in[row * width + column]);
      }
    }
    return max;
  }

  private static float sum(float[] in, int width, int rowFrom, int rowTo, int from, int to) {
    float sum = 0;
    for (int row = rowFrom; row < rowTo; row++) {
      for (int column = from; column < to; column++) {
        sum += in[row * width + column];
      }
    }
    return sum;
  }
}
