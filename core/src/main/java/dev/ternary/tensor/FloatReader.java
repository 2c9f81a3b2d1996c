package dev.ternary.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Reads elements of a tensor as floats, block by block, with scratch memory of its own: no call
 * allocates. Values are those of {@code Tensor.getFloat}. Not for several threads at once.
 */
public final class FloatReader {

  private static final int BLOCK = 1024;
  private static final ValueLayout.OfFloat F32 =
      JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final DType dtype;
  private final long elements;
  private final MemorySegment data;
  private final short[] halves;
  private final int[] bits;
  private final MemorySegment bitsMemory;

  FloatReader(DType dtype, long elements, MemorySegment data) {
    this.dtype = dtype;
    this.elements = elements;
    this.data = data;
    boolean half = dtype == DType.BF16 || dtype == DType.F16;
    this.halves = new short[half ? (int) Math.min(BLOCK, elements) : 0];
    this.bits = new int[dtype == DType.BF16 ? halves.length : 0];
    this.bitsMemory = MemorySegment.ofArray(bits);
  }

  /** Converts {@code count} elements from {@code from} on into the start of {@code into}. */
  public void read(long from, float[] into, int count) {
    Objects.checkFromIndexSize(from, count, elements);
    Objects.checkFromIndexSize(0, count, into.length);
    switch (dtype) {
      case F32 -> MemorySegment.copy(data, F32, 4 * from, into, 0, count);
      case F16, BF16 -> {
        for (int at = 0; at < count; at += BLOCK) {
          readHalves(from + at, into, at, Math.min(BLOCK, count - at));
        }
      }
      case F64, I8, U8, I16, I32, I64, BOOL -> {
        for (int i = 0; i < count; i++) {
          into[i] = Elements.getFloat(dtype, data, from + i);
        }
      }
    }
  }

  private void readHalves(long from, float[] into, int at, int count) {
    MemorySegment.copy(data, I16, 2 * from, halves, 0, count);
    if (dtype == DType.F16) {
      widen(halves, into, at, count);
    } else {
      shift(halves, bits, count);
      MemorySegment.copy(bitsMemory, ValueLayout.JAVA_FLOAT, 0, into, at, count);
    }
  }

  private static void widen(short[] halves, float[] into, int at, int count) {
    for (int i = 0; i < count; i++) {
      into[at + i] = Float.float16ToFloat(halves[i]);
    }
  }

  /** The JIT makes vector code of this, which it does not of a loop that ends in floats. */
  private static void shift(short[] halves, int[] bits, int count) {
    for (int i = 0; i < count; i++) {
      bits[i] = halves[i] << 16;
    }
  }
}
