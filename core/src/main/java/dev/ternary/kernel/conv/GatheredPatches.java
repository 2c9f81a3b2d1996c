package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Patches in the order {@code [channel, row, column]} of PyTorch's weights, element by element from
 * the image as it is.
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
  public ConvShape shape() {
    return shape;
  }

  @Override
  public long imageBytes(int elementBytes) {
    return 0;
  }

  @Override
  public void prepare(Images images) {
    // Reads the images as they are.
  }

  @Override
  public void copy(Images images, ConvMethod.Piece piece, MemorySegment columns) {
    ConvGeometry g = shape.geometry();
    int reachH = g.dilationH() * (shape.kernelH() - 1);
    int reachW = g.dilationW() * (shape.kernelW() - 1);
    long start = images.start(piece.image()) + (long) piece.group() * (shape.inSize() / g.groups());
    var move = new Move(images.values(), columns, images.elementBytes() == 1);
    for (int p = 0; p < piece.count(); p++) {
      int top = (piece.from() + p) / outWidth * g.strideH() - g.padH();
      int left = (piece.from() + p) % outWidth * g.strideW() - g.padW();
      long base = start + (long) top * shape.width() + left;
      long row = (long) p * offsets.length;
      boolean inside =
          top >= 0 && left >= 0 && top + reachH < shape.height() && left + reachW < shape.width();
      if (inside) {
        for (int k = 0; k < offsets.length; k++) {
          move.element(base + offsets[k], row + k);
        }
      } else {
        copyAtBorder(move, base, top, left, row);
      }
    }
  }

  private void copyAtBorder(Move move, long base, int top, int left, long row) {
    ConvGeometry g = shape.geometry();
    for (int k = 0; k < offsets.length; k++) {
      int r = top + k % kernelHW / shape.kernelW() * g.dilationH();
      int c = left + k % shape.kernelW() * g.dilationW();
      if (r >= 0 && r < shape.height() && c >= 0 && c < shape.width()) {
        move.element(base + offsets[k], row + k);
      } else {
        move.zero(row + k);
      }
    }
  }

  /** Moves elements of one or four bytes. */
  private record Move(MemorySegment from, MemorySegment to, boolean bytes) {

    void element(long source, long target) {
      if (bytes) {
        to.set(JAVA_BYTE, target, from.get(JAVA_BYTE, source));
      } else {
        to.setAtIndex(JAVA_INT_UNALIGNED, target, from.getAtIndex(JAVA_INT_UNALIGNED, source));
      }
    }

    void zero(long target) {
      if (bytes) {
        to.set(JAVA_BYTE, target, (byte) 0);
      } else {
        to.setAtIndex(JAVA_INT_UNALIGNED, target, 0);
      }
    }
  }
}
