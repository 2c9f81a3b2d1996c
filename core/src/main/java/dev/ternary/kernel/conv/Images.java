package dev.ternary.kernel.conv;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.conv.spi.ConvolutionCall;
import java.lang.foreign.MemorySegment;

/**
 * The images of one call in the form in which they enter the products: float32 as they came, or
 * int8 with one scale an image. Quantized images are loaded some at a time, so that they stay in
 * the cache until they are used. For one call.
 */
final class Images {

  /** What the images that are loaded at a time take for each thread, unless one takes more. */
  private static final long BYTES = 512 << 10;

  private static final int ALIGNMENT = 64;

  private final ConvolutionCall call;
  private final ConvWorkspace workspace;
  private final TernaryKernel kernel;
  private final int size;
  private final int atOnce;
  private final MemorySegment quantized;
  private final MemorySegment scales;
  private int first;
  private int count;

  /** Takes memory of the workspace. */
  Images(ConvolutionCall call, TernaryKernel kernel, ConvWorkspace workspace) {
    this.call = call;
    this.workspace = workspace;
    this.kernel = kernel;
    size = call.shape().inSize();
    long imageBytes = call.int8() ? size : 0;
    int threads = workspace.parallelism().threads();
    long fit = BYTES * threads / Math.max(1, imageBytes);
    atOnce = Math.max(1, (int) Math.min(call.images(), Math.max(threads, fit)));
    long quantizedSize = align(atOnce * imageBytes);
    MemorySegment memory = workspace.shared(quantizedSize + (long) Float.BYTES * atOnce);
    quantized = memory.asSlice(0, quantizedSize);
    scales = memory.asSlice(quantizedSize, (long) Float.BYTES * atOnce);
  }

  /** The start of what lies behind {@code bytes}. */
  static long align(long bytes) {
    return Math.ceilDiv(bytes, (long) ALIGNMENT) * ALIGNMENT;
  }

  ConvolutionCall call() {
    return call;
  }

  ConvWorkspace workspace() {
    return workspace;
  }

  Parallelism parallelism() {
    return workspace.parallelism();
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
  void load(int from, int number) {
    first = from;
    count = number;
    if (call.int8()) {
      parallelism().forParts(number, 1, (_, start, end) -> quantize(start, end));
    }
  }

  private void quantize(int from, int to) {
    for (int image = from; image < to; image++) {
      long given = (long) Float.BYTES * number(image) * size;
      MemorySegment values = call.x().values().values().asSlice(given, (long) Float.BYTES * size);
      MemorySegment bytes = quantized.asSlice((long) image * size, size);
      if (call.x().maxima().isPresent()) {
        quantizeTo(call.x().maxima().get().get(number(image), 0), image, values, bytes);
        continue;
      }
      MemorySegment scale = scales.asSlice((long) Float.BYTES * image, Float.BYTES);
      try {
        kernel.quantize(new FloatMatrix(1, size, values), new Int8Matrix(1, size, bytes, scale));
      } catch (IllegalArgumentException e) {
        // Says where, if it is what was refused.
        float _ = call.range(number(image), Float.NaN);
        throw e;
      }
    }
  }

  /** With a maximum that is known. */
  private void quantizeTo(float absmax, int image, MemorySegment values, MemorySegment bytes) {
    float range = call.range(number(image), absmax);
    float inverse = 127 / range;
    scales.setAtIndex(JAVA_FLOAT_UNALIGNED, image, range / 127);
    for (int i = 0; i < size; i++) {
      float value = values.getAtIndex(JAVA_FLOAT_UNALIGNED, i) * inverse;
      int rounded = (int) Math.rint(Math.clamp(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
      bytes.set(JAVA_BYTE, i, (byte) rounded);
    }
  }

  /** The number in the call of a loaded image. */
  int number(int image) {
    return first + image;
  }

  /** Bytes of an element. */
  int elementBytes() {
    return call.int8() ? 1 : Float.BYTES;
  }

  /** The elements {@code [row, column, channel]} of all images. */
  MemorySegment values() {
    return call.int8() ? quantized : call.x().values().values();
  }

  /** Element of {@link #values} that a loaded image starts at. */
  long start(int image) {
    return (long) (call.int8() ? image : number(image)) * size;
  }

  /** The scale of a loaded image that was quantized. */
  float scale(int image) {
    return scales.getAtIndex(JAVA_FLOAT_UNALIGNED, image);
  }
}
