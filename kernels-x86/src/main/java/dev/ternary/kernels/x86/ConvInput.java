package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.kernel.conv.ConvShape;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * The images of a call as generated code reads them: with their padding, and as bytes where they
 * are quantized. Floats without padding are read where they are.
 */
final class ConvInput {

  /** Bytes behind the images that may be read. */
  private static final int SLACK = 128;

  /** A byte that stands for 0. */
  private static final byte ZERO = (byte) 128;

  /** About 10 microseconds of work. */
  private static final int ELEMENTS_A_PART = 64 << 10;

  private final ConvolutionCall call;
  private final ConvShape shape;
  private final ConvQuantizer quantizer;
  private final Scratch scratch;
  private final int elementBytes;
  private final boolean copied;
  private final long rowBytes;
  private final int rows;

  private MemorySegment given = MemorySegment.NULL;
  private long givenAt;
  private MemorySegment prepared = MemorySegment.NULL;
  private MemorySegment scales = MemorySegment.NULL;

  /**
   * Of one call.
   *
   * @param channels whether each channel is convolved by itself, for which bytes become floats
   *     again
   */
  ConvInput(ConvolutionCall call, boolean channels, ConvQuantizer quantizer, Scratch scratch) {
    this.call = call;
    this.quantizer = quantizer;
    this.scratch = scratch;
    shape = call.shape();
    elementBytes = call.int8() && !channels ? 1 : Float.BYTES;
    rowBytes = (long) ConvRuns.rowElements(shape) * elementBytes;
    rows = ConvRuns.rows(shape);
    ConvGeometry g = shape.geometry();
    // Whole vectors of channels are read, also behind the last pixel.
    copied = call.int8() || channels || g.padH() > 0 || g.padW() > 0;
  }

  int elementBytes() {
    return elementBytes;
  }

  /** Bytes of a row with its padding. */
  long rowBytes() {
    return rowBytes;
  }

  private long imageBytes() {
    return rows * rowBytes;
  }

  /** Bytes of memory that so many images need. */
  long bytes(int count) {
    return copied ? count * imageBytes() + SLACK : 0;
  }

  /**
   * Where images are prepared.
   *
   * @param memory of {@link #bytes}
   * @param factors a float an image
   */
  void place(MemorySegment memory, MemorySegment factors) {
    prepared = memory;
    scales = factors;
  }

  /** The memory that the code reads. */
  MemorySegment memory() {
    return copied ? prepared : given;
  }

  /** Where in it a loaded image starts. */
  long start(int image) {
    return copied ? image * imageBytes() : givenAt + (long) Float.BYTES * image * shape.inSize();
  }

  float scale(int image) {
    return scales.getAtIndex(JAVA_FLOAT_UNALIGNED, image);
  }

  /**
   * Prepares images {@code [first, first + count)} of the call.
   *
   * @param from plain native memory that has them from byte {@code at} on
   */
  void load(int first, int count, MemorySegment from, long at) {
    given = from;
    givenAt = at;
    if (!copied) {
      return;
    }
    Parallelism parallelism = scratch.parallelism();
    boolean sought = call.int8() && call.x().maxima().isEmpty();
    boolean whole = count >= parallelism.threads();
    if (sought && !whole) {
      // Few images, whose maxima are looked for by one thread each.
      parallelism.forParts(count, 1, (worker, a, b) -> findScales(first, worker, a, b));
    } else if (call.int8() && !sought) {
      findScales(first, 0, 0, count);
    }
    int least = Math.ceilDiv(ELEMENTS_A_PART, ConvRuns.rowElements(shape));
    parallelism.forParts(
        Math.multiplyExact(count, rows),
        whole ? rows : 1,
        least,
        (worker, a, b) -> {
          for (int row = a; row < b; ) {
            int image = row / rows;
            int end = Math.min(b, (image + 1) * rows);
            if (sought && whole) {
              findScales(first, worker, image, image + 1);
            }
            prepare(worker, image, row - image * rows, end - image * rows);
            row = end;
          }
        });
  }

  private long givenAt(int image, int row) {
    long elements = (long) image * shape.inSize() + (long) row * shape.width() * shape.channels();
    return givenAt + Float.BYTES * elements;
  }

  /** Sets the scales of some loaded images. */
  private void findScales(int first, int worker, int from, int to) {
    MemorySegment parameters = scratch.local(worker, ConvParameters.BYTES);
    for (int image = from; image < to; image++) {
      float absmax =
          call.x().maxima().isPresent()
              ? call.x().maxima().get().get(first + image, 0)
              : quantizer.absmax(given, givenAt(image, 0), shape.inSize(), parameters);
      float range = call.range(first + image, absmax);
      scales.setAtIndex(JAVA_FLOAT_UNALIGNED, image, range / 127);
      factors(image, 127 / range);
    }
  }

  /** Factors stand behind all scales. */
  private void factors(int image, float factor) {
    scales.setAtIndex(JAVA_FLOAT_UNALIGNED, scales.byteSize() / 8 + image, factor);
  }

  private float factor(int image) {
    return scales.getAtIndex(JAVA_FLOAT_UNALIGNED, scales.byteSize() / 8 + image);
  }

  /** Prepares rows of one image, counted with the padding. */
  private void prepare(int worker, int image, int from, int to) {
    ConvGeometry g = shape.geometry();
    long at = start(image) + from * rowBytes;
    if (g.padH() > 0 || g.padW() > 0) {
      prepared.asSlice(at, (to - from) * rowBytes).fill(elementBytes == 1 ? ZERO : 0);
    }
    int top = Math.clamp(from - g.padH(), 0, shape.height());
    int bottom = Math.clamp(to - g.padH(), top, shape.height());
    int cols = shape.width() * shape.channels();
    long left = (long) g.padW() * shape.channels() * elementBytes;
    long target = start(image) + (top + g.padH()) * rowBytes + left;
    if (call.int8()) {
      quantizer.quantize(
          new ConvQuantizer.Rows(
              given,
              givenAt(image, top),
              prepared,
              target,
              rowBytes,
              bottom - top,
              cols,
              elementBytes == 1),
          factor(image),
          scratch.local(worker, ConvParameters.BYTES));
      return;
    }
    for (int row = top; row < bottom; row++, target += rowBytes) {
      MemorySegment.copy(given, givenAt(image, row), prepared, target, (long) Float.BYTES * cols);
    }
  }
}
