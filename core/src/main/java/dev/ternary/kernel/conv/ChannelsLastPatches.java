package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Parallelism;
import java.lang.foreign.MemorySegment;

/**
 * Patches in the order {@code [row, column, channel]}: a few long runs of an image that was
 * prepared with its padding and the channels last, {@code [group, row, column, channel]}.
 */
final class ChannelsLastPatches implements Patches {

  /** About 10 microseconds of preparation. */
  private static final int BYTES_A_PART = 32 << 10;

  private final ConvShape shape;
  private final int channels;
  private final int width;
  private final int height;
  private final int run;

  /** Where the runs of a patch start, counted from its first element. */
  private final int[] offsets;

  ChannelsLastPatches(ConvShape shape) {
    this.shape = shape;
    ConvGeometry g = shape.geometry();
    channels = shape.channels() / g.groups();
    width = shape.width() + 2 * g.padW();
    height = shape.height() + 2 * g.padH();
    // Without dilation a whole row of the window lies side by side.
    boolean whole = g.dilationW() == 1 || shape.kernelW() == 1;
    run = whole ? shape.kernelW() * channels : channels;
    offsets = new int[shape.patch() / run];
    for (int i = 0; i < offsets.length; i++) {
      int row = whole ? i : i / shape.kernelW();
      int column = whole ? 0 : i % shape.kernelW();
      offsets[i] = (row * g.dilationH() * width + column * g.dilationW()) * channels;
    }
  }

  /** Elements of one padded group. */
  private long groupSize() {
    return (long) height * width * channels;
  }

  @Override
  public ConvShape shape() {
    return shape;
  }

  @Override
  public long imageBytes(int elementBytes) {
    return elementBytes * groupSize() * shape.geometry().groups();
  }

  @Override
  public void prepare(Images images) {
    int rowBytes = width * channels * images.elementBytes();
    var transposition =
        new ByteTransposition(
            images.values(), (long) shape.height() * shape.width(), images.prepared());
    int rows =
        Math.multiplyExact(images.count(), Math.multiplyExact(shape.geometry().groups(), height));
    images
        .parallelism()
        .forParts(
            rows,
            1,
            Parallelism.leastRows(BYTES_A_PART, 1, rowBytes),
            (worker, from, to) -> {
              for (int row = from; row < to; row++) {
                prepareRow(images, worker, transposition, row);
              }
            });
  }

  /** Prepares one row of one group, all rows counted through. */
  private void prepareRow(Images images, int worker, ByteTransposition transposition, int number) {
    ConvGeometry g = shape.geometry();
    int elementBytes = images.elementBytes();
    int row = number % height - g.padH();
    int group = number / height % g.groups();
    long at = (long) number * width * channels * elementBytes;
    long bytes = (long) width * channels * elementBytes;
    MemorySegment to = images.prepared();
    if (row < 0 || row >= shape.height()) {
      to.asSlice(at, bytes).fill((byte) 0);
      return;
    }
    long pad = (long) g.padW() * channels * elementBytes;
    to.asSlice(at, pad).fill((byte) 0);
    to.asSlice(at + bytes - pad, pad).fill((byte) 0);
    long plane = (long) shape.height() * shape.width();
    long from =
        images.start(number / height / g.groups())
            + (long) group * channels * plane
            + (long) row * shape.width();
    if (elementBytes == 1) {
      transposition.run(from, at + pad, channels, shape.width());
    } else {
      turnFloats(images, worker, from, at + pad);
    }
  }

  /** Through arrays, in which loops are several times faster than in memory segments. */
  private void turnFloats(Images images, int worker, long from, long target) {
    int columns = shape.width();
    int size = channels * columns;
    float[] given = images.call().workspace().floats(worker, 0, size);
    float[] turned = images.call().workspace().floats(worker, 1, size);
    long plane = (long) shape.height() * columns;
    for (int channel = 0; channel < channels; channel++) {
      MemorySegment.copy(
          images.values(),
          JAVA_FLOAT_UNALIGNED,
          Float.BYTES * (from + channel * plane),
          given,
          channel * columns,
          columns);
    }
    int at = 0;
    for (int column = 0; column < columns; column++) {
      for (int i = column; i < size; i += columns) {
        turned[at++] = given[i];
      }
    }
    MemorySegment.copy(turned, 0, images.prepared(), JAVA_FLOAT_UNALIGNED, target, size);
  }

  @Override
  public void copy(Images images, ConvMethod.Piece piece, MemorySegment columns) {
    ConvGeometry g = shape.geometry();
    int elementBytes = images.elementBytes();
    MemorySegment from = images.prepared();
    long start = ((long) piece.image() * g.groups() + piece.group()) * groupSize();
    int outWidth = shape.outWidth();
    int bytes = run * elementBytes;
    long to = 0;
    for (int p = piece.from(); p < piece.from() + piece.count(); p++) {
      long row = (long) p / outWidth * g.strideH();
      long column = (long) p % outWidth * g.strideW();
      long base = start + (row * width + column) * channels;
      for (int i = 0; i < offsets.length; i++, to += bytes) {
        MemorySegment.copy(from, (base + offsets[i]) * elementBytes, columns, to, bytes);
      }
    }
  }
}
