package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Copies what lies under the window into rows of a matrix (im2col): row {@code p} is the patch of
 * output position {@code p}; padding gives zeros. Elements are float32 or int8, as the images have
 * them.
 *
 * @param shape the convolution
 * @param channelsFirst whether a patch has PyTorch's order, channel, row, column; else it has that
 *     of the images, row, column, channel
 */
record Patches(ConvShape shape, boolean channelsFirst) {

  /** Output positions {@code [from, from + count)} of one group of a loaded image. */
  record Piece(int image, int group, int from, int count) {}

  /**
   * Fills {@code columns}.
   *
   * @param columns {@code [positions, patch]}, all overwritten
   */
  void copy(Images images, Piece piece, MemorySegment columns) {
    ConvGeometry g = shape.geometry();
    int outWidth = shape.outWidth();
    int channels = shape.channels() / g.groups();
    int elementBytes = images.elementBytes();
    var pixels = new Pixels(images.values(), columns, elementBytes, channels);
    long start = images.start(piece.image()) + (long) piece.group() * channels;
    boolean rows = !channelsFirst && g.groups() == 1 && g.dilationW() == 1;
    int reach = g.dilationW() * (shape.kernelW() - 1);
    long to = 0;
    for (int p = piece.from(); p < piece.from() + piece.count(); p++, to += shape.patch()) {
      int top = p / outWidth * g.strideH() - g.padH();
      int left = p % outWidth * g.strideW() - g.padW();
      boolean wide = rows && left >= 0 && left + reach < shape.width();
      int k = 0;
      while (k < shape.kernelH() * shape.kernelW()) {
        int row = top + k / shape.kernelW() * g.dilationH();
        int column = left + k % shape.kernelW() * g.dilationW();
        boolean inside = row >= 0 && row < shape.height() && column >= 0 && column < shape.width();
        long from = start + ((long) row * shape.width() + column) * shape.channels();
        int count = wide ? shape.kernelW() : 1;
        if (channelsFirst) {
          pixels.scatter(inside ? from : -1, to + k, shape.patch() / channels);
        } else {
          pixels.move(inside ? from : -1, to + (long) k * channels, count);
        }
        k += count;
      }
    }
  }

  /** Moves the channels of one group of a pixel; from -1 come zeros. */
  private record Pixels(MemorySegment from, MemorySegment to, int elementBytes, int channels) {

    void move(long source, long target, int count) {
      long bytes = (long) count * channels * elementBytes;
      if (source < 0) {
        to.asSlice(target * elementBytes, bytes).fill((byte) 0);
      } else {
        MemorySegment.copy(from, source * elementBytes, to, target * elementBytes, bytes);
      }
    }

    void scatter(long source, long target, int step) {
      for (int channel = 0; channel < channels; channel++) {
        long at = target + (long) channel * step;
        if (elementBytes == 1) {
          to.set(JAVA_BYTE, at, source < 0 ? 0 : from.get(JAVA_BYTE, source + channel));
        } else {
          to.setAtIndex(
              JAVA_INT_UNALIGNED,
              at,
              source < 0 ? 0 : from.getAtIndex(JAVA_INT_UNALIGNED, source + channel));
        }
      }
    }
  }
}
