package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Patches in the order {@code [row, column, channel]}: runs of an image with the channels last. For
 * one thread.
 */
final class ChannelsLastPatches implements Patches {

  private final ConvShape shape;
  private final PaddedImage padded;
  private final int outWidth;
  private final int run;
  private final int runs;
  private final int[] offsets;

  ChannelsLastPatches(ConvShape shape, ConvWorkspace workspace, int worker) {
    this.shape = shape;
    padded = new PaddedImage(shape, workspace, worker);
    outWidth = shape.outWidth();
    ConvGeometry g = shape.geometry();
    int channels = shape.channels() / g.groups();
    // Without dilation a whole row of the window lies side by side.
    boolean whole = g.dilationW() == 1 || shape.kernelW() == 1;
    run = whole ? shape.kernelW() * channels : channels;
    runs = shape.patch() / run;
    offsets = new int[runs];
    for (int i = 0; i < runs; i++) {
      int row = whole ? i : i / shape.kernelW();
      int column = whole ? 0 : i % shape.kernelW();
      offsets[i] = (row * g.dilationH() * padded.width() + column * g.dilationW()) * channels;
    }
  }

  @Override
  public void copy(MemorySegment x, long image, int from, int positions, MemorySegment columns) {
    float[] values = padded.load(x, image);
    ConvGeometry g = shape.geometry();
    int channels = shape.channels() / g.groups();
    long to = 0;
    for (int p = from; p < from + positions; p++) {
      int row = p / outWidth * g.strideH();
      int column = p % outWidth * g.strideW();
      int base = (row * padded.width() + column) * channels;
      for (int i = 0; i < runs; i++, to += 4L * run) {
        copyRun(values, base + offsets[i], columns, to);
      }
    }
  }

  private void copyRun(float[] values, int at, MemorySegment columns, long to) {
    if (run >= 16) {
      MemorySegment.copy(values, at, columns, JAVA_FLOAT_UNALIGNED, to, run);
      return;
    }
    for (int i = 0; i < run; i++) {
      columns.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, values[at + i]);
    }
  }
}
