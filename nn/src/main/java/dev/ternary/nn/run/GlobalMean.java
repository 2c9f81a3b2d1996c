package dev.ternary.nn.run;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The mean of each channel, summed in float64.
 *
 * @param channels channels
 * @param pixels elements of a channel
 */
public record GlobalMean(int channels, int pixels) implements Step {

  @Override
  public int inSize() {
    return Math.multiplyExact(channels, pixels);
  }

  @Override
  public int outSize() {
    return channels;
  }

  @Override
  public long work() {
    return inSize();
  }

  @Override
  public Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y) {
    MemorySegment from = x.values();
    MemorySegment to = y.values();
    int planes = Math.multiplyExact(x.rows(), channels);
    return () -> {
      for (int plane = 0; plane < planes; plane++) {
        double sum = 0;
        for (int i = 0; i < pixels; i++) {
          sum += from.getAtIndex(JAVA_FLOAT_UNALIGNED, (long) plane * pixels + i);
        }
        to.setAtIndex(JAVA_FLOAT_UNALIGNED, plane, (float) (sum / pixels));
      }
    };
  }
}
