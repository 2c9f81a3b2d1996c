package dev.ternary.nn.cpu;

import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * Every {@code stride}-th row and column of images with their channels last, and zero channels on
 * both sides.
 *
 * @param stride distance of the pixels kept
 */
record Subsample(int stride) implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return out.elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> operands, Operand y) {
    Operand x = operands.getFirst();
    int height = x.dim(0);
    int channels = x.dim(2);
    int outChannels = y.dim(2);
    int outWidth = y.dim(1);
    int front = (outChannels - channels) / 2;
    float[] row = new float[x.dim(1) * channels];
    float[] out = new float[outWidth * outChannels];
    return () -> {
      long at = 0;
      for (int image = 0; image < x.samples(); image++) {
        for (int r = 0; r < height; r += stride, at += out.length) {
          Staged.load(x.values(), ((long) image * height + r) * row.length, row, row.length);
          for (int column = 0; column < outWidth; column++) {
            int from = column * stride * channels;
            System.arraycopy(row, from, out, column * outChannels + front, channels);
          }
          Staged.store(out, y.values(), at, out.length);
        }
      }
    };
  }
}
