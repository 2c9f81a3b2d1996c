package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Patches in the order {@code [channel, row, column]} of PyTorch's weights, element by element from
 * the image as it is. Immutable.
 */
final class GatheredPatches implements Patches {

  private final ConvShape shape;
  private final int outWidth;
  private final int kernelHW;

  /** Distance of each patch element from the first, in elements of the image. */
  private final int[] offsets;

  GatheredPatches(ConvShape shape) {
    this.shape = shape;
    outWidth = shape.outWidth();
    kernelHW = shape.kernelH() * shape.kernelW();
    ConvGeometry g = shape.geometry();
    offsets = new int[shape.patch()];
    for (int k = 0; k < offsets.length; k++) {
      int channel = k / kernelHW;
      int row = k % kernelHW / shape.kernelW() * g.dilationH();
      int column = k % shape.kernelW() * g.dilationW();
      offsets[k] = (channel * shape.height() + row) * shape.width() + column;
    }
  }

  @Override
  public void copy(MemorySegment x, long image, int from, int positions, MemorySegment columns) {
    ConvGeometry g = shape.geometry();
    int reachH = g.dilationH() * (shape.kernelH() - 1);
    int reachW = g.dilationW() * (shape.kernelW() - 1);
    for (int p = 0; p < positions; p++) {
      int top = (from + p) / outWidth * g.strideH() - g.padH();
      int left = (from + p) % outWidth * g.strideW() - g.padW();
      long base = image + (long) top * shape.width() + left;
      long row = (long) p * offsets.length;
      boolean inside =
          top >= 0 && left >= 0 && top + reachH < shape.height() && left + reachW < shape.width();
      if (inside) {
        copyInside(x, base, columns, row);
      } else {
        copyAtBorder(x, base, top, left, columns, row);
      }
    }
  }

  private void copyInside(MemorySegment x, long base, MemorySegment columns, long row) {
    for (int k = 0; k < offsets.length; k++) {
      float value = x.getAtIndex(JAVA_FLOAT_UNALIGNED, base + offsets[k]);
      columns.setAtIndex(JAVA_FLOAT_UNALIGNED, row + k, value);
    }
  }

  private void copyAtBorder(
      MemorySegment x, long base, int top, int left, MemorySegment columns, long row) {
    ConvGeometry g = shape.geometry();
    int channels = offsets.length / kernelHW;
    for (int kr = 0; kr < shape.kernelH(); kr++) {
      boolean rowInside = inside(top + kr * g.dilationH(), shape.height());
      for (int kc = 0; kc < shape.kernelW(); kc++) {
        boolean inside = rowInside && inside(left + kc * g.dilationW(), shape.width());
        int k = kr * shape.kernelW() + kc;
        for (int channel = 0; channel < channels; channel++, k += kernelHW) {
          float value = inside ? x.getAtIndex(JAVA_FLOAT_UNALIGNED, base + offsets[k]) : 0;
          columns.setAtIndex(JAVA_FLOAT_UNALIGNED, row + k, value);
        }
      }
    }
  }

  private static boolean inside(int index, int size) {
    return index >= 0 && index < size;
  }
}
