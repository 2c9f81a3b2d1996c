package dev.ternary.nn.run;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Every {@code stride}-th row and column, and zero channels on both sides.
 *
 * @param channels input channels
 * @param height rows of the input
 * @param width columns of the input
 * @param stride distance of the pixels kept
 * @param outChannels output channels
 */
public record SubsampleStep(int channels, int height, int width, int stride, int outChannels)
    implements Step {

  @Override
  public int inSize() {
    return channels * height * width;
  }

  @Override
  public int outSize() {
    return Math.multiplyExact(outChannels, outPixels());
  }

  private int outPixels() {
    return Math.ceilDiv(height, stride) * Math.ceilDiv(width, stride);
  }

  @Override
  public long work() {
    return outSize();
  }

  @Override
  public Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y) {
    MemorySegment from = x.values();
    MemorySegment to = y.values();
    int front = (outChannels - channels) / 2;
    int images = x.rows();
    return () -> {
      to.fill((byte) 0);
      for (int image = 0; image < images; image++) {
        for (int channel = 0; channel < channels; channel++) {
          long in = ((long) image * channels + channel) * height * width;
          long out = ((long) image * outChannels + front + channel) * outPixels();
          copy(from, in, to, out);
        }
      }
    };
  }

  private void copy(MemorySegment x, long in, MemorySegment y, long out) {
    long at = out;
    for (int row = 0; row < height; row += stride) {
      for (int column = 0; column < width; column += stride) {
        float value = x.getAtIndex(JAVA_FLOAT_UNALIGNED, in + (long) row * width + column);
        y.setAtIndex(JAVA_FLOAT_UNALIGNED, at++, value);
      }
    }
  }
}
