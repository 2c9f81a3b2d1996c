package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The channels of one group of one image with their padding, channels last: {@code [row, column,
 * channel]}. Kept until another one is asked for. For one thread.
 */
final class PaddedImage {

  private final ConvShape shape;
  private final int channels;
  private final int width;
  private final float[] values;
  private final float[] row;
  private long current = -1;

  PaddedImage(ConvShape shape, ConvWorkspace workspace, int worker) {
    this.shape = shape;
    ConvGeometry g = shape.geometry();
    channels = shape.channels() / g.groups();
    width = shape.width() + 2 * g.padW();
    int size = channels * width * (shape.height() + 2 * g.padH());
    values = workspace.floats(worker, 0, size);
    row = workspace.floats(worker, 1, shape.width());
    Arrays.fill(values, 0, size, 0);
  }

  /** Columns with padding. */
  int width() {
    return width;
  }

  /** The channels that start at element {@code image} of {@code x}. */
  float[] load(MemorySegment x, long image) {
    if (image == current) {
      return values;
    }
    ConvGeometry g = shape.geometry();
    long at = image;
    for (int channel = 0; channel < channels; channel++) {
      for (int r = 0; r < shape.height(); r++, at += shape.width()) {
        int to = ((r + g.padH()) * width + g.padW()) * channels + channel;
        if (channels == 1) {
          MemorySegment.copy(x, JAVA_FLOAT_UNALIGNED, 4 * at, values, to, shape.width());
        } else {
          MemorySegment.copy(x, JAVA_FLOAT_UNALIGNED, 4 * at, row, 0, shape.width());
          scatter(to);
        }
      }
    }
    current = image;
    return values;
  }

  private void scatter(int to) {
    int columns = shape.width();
    for (int c = 0; c < columns; c++) {
      values[to + c * channels] = row[c];
    }
  }
}
