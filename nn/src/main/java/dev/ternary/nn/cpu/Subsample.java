package dev.ternary.nn.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Every {@code stride}-th row and column, and zero channels on both sides.
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
    int channels = (int) x.shape().dim(0);
    int height = (int) x.shape().dim(1);
    int width = (int) x.shape().dim(2);
    int outChannels = (int) y.shape().dim(0);
    int outPixels = y.size() / outChannels;
    int front = (outChannels - channels) / 2;
    return () -> {
      y.values().fill((byte) 0);
      for (int image = 0; image < x.samples(); image++) {
        for (int channel = 0; channel < channels; channel++) {
          long in = ((long) image * channels + channel) * height * width;
          long out = ((long) image * outChannels + front + channel) * outPixels;
          copy(x.values(), in, height, width, y.values(), out);
        }
      }
    };
  }

  private void copy(MemorySegment x, long in, int height, int width, MemorySegment y, long out) {
    long at = out;
    for (int row = 0; row < height; row += stride) {
      for (int column = 0; column < width; column += stride) {
        float value = x.getAtIndex(JAVA_FLOAT_UNALIGNED, in + (long) row * width + column);
        y.setAtIndex(JAVA_FLOAT_UNALIGNED, at++, value);
      }
    }
  }
}
