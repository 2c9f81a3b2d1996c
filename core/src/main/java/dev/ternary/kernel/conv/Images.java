package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import java.lang.foreign.MemorySegment;

/**
 * The images of one call in the form in which they enter the products: float32 as they came, or
 * int8 with one scale an image. Quantized images are loaded some at a time, so that they stay in
 * the cache until they are used. For one call.
 */
final class Images {

  /** What the images that are loaded at a time take for each thread, unless one takes more. */
  private static final long BYTES = 512 << 10;

  /** Bytes behind the quantized values that may be read, though they mean nothing. */
  static final int SLACK = 8;

  private static final int ALIGNMENT = 64;

  private final ConvCall call;
  private final ConvShape shape;
  private final TernaryKernel kernel;
  private final int atOnce;
  private final MemorySegment prepared;
  private final MemorySegment quantized;
  private final MemorySegment scales;
  private int first;
  private int count;

  /**
   * Takes memory of the workspace.
   *
   * @param preparedBytes memory for {@link #prepared} of one image
   */
  Images(ConvCall call, ConvShape shape, TernaryKernel kernel, long preparedBytes) {
    this.call = call;
    this.shape = shape;
    this.kernel = kernel;
    long quantizedBytes = call.int8() ? shape.inSize() : 0;
    int threads = call.workspace().parallelism().threads();
    long fit = BYTES * threads / Math.max(1, preparedBytes + quantizedBytes);
    atOnce = Math.max(1, (int) Math.min(call.x().rows(), Math.max(threads, fit)));
    long preparedSize = align(atOnce * preparedBytes);
    long quantizedSize = align(atOnce * quantizedBytes + SLACK);
    MemorySegment memory =
        call.workspace().shared(preparedSize + quantizedSize + (long) Float.BYTES * atOnce);
    prepared = memory.asSlice(0, preparedSize);
    quantized = memory.asSlice(preparedSize, quantizedSize);
    scales = memory.asSlice(preparedSize + quantizedSize, (long) Float.BYTES * atOnce);
  }

  /** The start of what lies behind {@code bytes}. */
  static long align(long bytes) {
    return Math.ceilDiv(bytes, (long) ALIGNMENT) * ALIGNMENT;
  }

  ConvCall call() {
    return call;
  }

  Parallelism parallelism() {
    return call.workspace().parallelism();
  }

  /** How many images may be loaded at a time. */
  int atOnce() {
    return atOnce;
  }

  /** How many images are loaded. */
  int count() {
    return count;
  }

  /** Loads images {@code [from, from + size)} of the call in place of those before. */
  void load(int from, int size) {
    first = from;
    count = size;
    if (call.int8()) {
      parallelism().forParts(size, 1, (_, start, end) -> quantize(start, end));
    }
  }

  private void quantize(int from, int to) {
    int size = shape.inSize();
    for (int image = from; image < to; image++) {
      long start = (long) image * size;
      long given = (long) Float.BYTES * number(image) * size;
      var x = new FloatMatrix(1, size, call.x().values().asSlice(given, (long) Float.BYTES * size));
      var q =
          new Int8Matrix(
              1,
              size,
              quantized.asSlice(start, size),
              scales.asSlice((long) Float.BYTES * image, Float.BYTES));
      try {
        kernel.quantize(x, q);
      } catch (IllegalArgumentException e) {
        throw notFinite(x, number(image), e);
      }
    }
  }

  private IllegalArgumentException notFinite(
      FloatMatrix x, int image, IllegalArgumentException cause) {
    int plane = shape.height() * shape.width();
    for (int i = 0; i < x.cols(); i++) {
      if (!Float.isFinite(x.get(0, i))) {
        String where =
            ("channel " + i / plane)
                + (", row " + i % plane / shape.width())
                + (", column " + i % shape.width());
        return new IllegalArgumentException(
            "activation " + x.get(0, i) + " in image " + image + " at " + where, cause);
      }
    }
    return cause;
  }

  /** The number in the call of a loaded image. */
  int number(int image) {
    return first + image;
  }

  /** Bytes of an element. */
  int elementBytes() {
    return call.int8() ? 1 : Float.BYTES;
  }

  /** The elements {@code [channel, row, column]} of all images. */
  MemorySegment values() {
    return call.int8() ? quantized : call.x().values();
  }

  /** Element of {@link #values} that a loaded image starts at. */
  long start(int image) {
    return (long) (call.int8() ? image : number(image)) * shape.inSize();
  }

  /** The scale of a loaded image that was quantized. */
  float scale(int image) {
    return scales.getAtIndex(JAVA_FLOAT_UNALIGNED, image);
  }

  /** Memory that {@link ConvMethod#prepare} fills, image after image. */
  MemorySegment prepared() {
    return prepared;
  }
}
