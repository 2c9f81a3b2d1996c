package dev.ternary.trit;

import dev.ternary.packed.InvalidCodeException;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.LittleEndian;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Between planes and one byte a trit, eight at a time. */
final class Conversion {

  private static final long LOW = 0x0101_0101_0101_0101L;

  private Conversion() {}

  /** The number of elements, if an array can have as many. */
  static int arrayLength(Shape shape) {
    if (shape.elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("shape " + shape + " has too many elements for an array");
    }
    return (int) shape.elements();
  }

  /** The number of elements, if a tensor of as many longs fits one array of bytes. */
  static int longArrayLength(Shape shape) {
    if (shape.elements() > (Integer.MAX_VALUE - 8) / 8) {
      throw new IllegalArgumentException("a result of shape " + shape + " has too many elements");
    }
    return (int) shape.elements();
  }

  /** An array of the values -1, 0 and 1 or, if {@code codes}, of the codes 0, 1 and 2. */
  static TernaryArray fromBytes(Shape shape, MemorySegment bytes, boolean codes) {
    long size = shape.elements();
    if (bytes.byteSize() != size) {
      throw new IllegalArgumentException(
          "shape " + shape + " needs " + size + " trits, got " + bytes.byteSize());
    }
    PlaneWriter positives = new PlaneWriter(size);
    PlaneWriter negatives = new PlaneWriter(size);
    for (long at = 0; at < size; at += 64) {
      long p = 0;
      long n = 0;
      int bits = (int) Math.min(64, size - at);
      for (int i = 0; i < bits; i += 8) {
        int count = Math.min(8, bits - i);
        long word = word(bytes, at + i, count);
        // A code becomes its value: the borrow of each byte must not reach the next.
        long values = codes ? values(word) : word;
        long negative = values >>> 7 & LOW;
        if (values != ((values & LOW) | negative * 0xff) || (codes && notCodes(word))) {
          throw refusal(bytes, at + i, count, codes);
        }
        p |= Long.compress(values & ~(negative * 0xff), LOW) << i;
        n |= Long.compress(negative, LOW) << i;
      }
      long used = BitPlane.mask(bits);
      positives.append(p & used, bits);
      negatives.append(n & used, bits);
    }
    return new TernaryArray(shape, positives.done(), negatives.done());
  }

  private static long word(MemorySegment bytes, long at, int count) {
    if (count == 8) {
      return bytes.get(LittleEndian.LONG, at);
    }
    long word = 0;
    for (int i = 0; i < count; i++) {
      word |= (bytes.get(ValueLayout.JAVA_BYTE, at + i) & 0xffL) << (8 * i);
    }
    return word;
  }

  /** Bytes 0, 1, 2 as -1, 0, 1. */
  private static long values(long codes) {
    long negative = ~(codes | codes >>> 1) & LOW;
    return negative * 0xff | (codes >>> 1 & LOW);
  }

  private static boolean notCodes(long word) {
    return (word & ~(3 * LOW)) != 0 || (word & word >>> 1 & LOW) != 0;
  }

  private static IllegalArgumentException refusal(
      MemorySegment bytes, long at, int count, boolean codes) {
    for (int i = 0; i < count; i++) {
      int value = bytes.get(ValueLayout.JAVA_BYTE, at + i);
      if (codes && (value < 0 || value > 2)) {
        return InvalidCodeException.of(value & 0xff, at + i);
      }
      if (!codes && (value < -1 || value > 1)) {
        return notTrit(value, at + i);
      }
    }
    throw new AssertionError("all of " + count + " bytes at " + at + " are valid");
  }

  static IllegalArgumentException notTrit(long value, long index) {
    return new IllegalArgumentException(
        "trit " + value + " at index " + index + " is not -1, 0 or +1");
  }

  /** Values as bytes, checked. */
  static byte[] narrow(int[] values, boolean codes) {
    int lowest = codes ? 0 : -1;
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      if (values[i] < lowest || values[i] > lowest + 2) {
        throw codes ? InvalidCodeException.of(values[i], i) : notTrit(values[i], i);
      }
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** Trits of floats: +1 above the threshold, -1 below its negative. */
  static TernaryArray fromFloats(Tensor values, double threshold) {
    if (!(threshold >= 0)) {
      throw new IllegalArgumentException("threshold " + threshold + " is not 0 or more");
    }
    long size = values.shape().elements();
    PlaneWriter positives = new PlaneWriter(size);
    PlaneWriter negatives = new PlaneWriter(size);
    for (long i = 0; i < size; i++) {
      double value = valueAt(values, i);
      if (Double.isNaN(value)) {
        throw new IllegalArgumentException("NaN at index " + i + " is no number to make a trit of");
      }
      positives.append(value > threshold ? 1 : 0, 1);
      negatives.append(value < -threshold ? 1 : 0, 1);
    }
    return new TernaryArray(values.shape(), positives.done(), negatives.done());
  }

  /** The element itself, of which a float would lose digits or, as of 1e-50, all. */
  private static double valueAt(Tensor values, long index) {
    return switch (values.dtype()) {
      case F64 -> values.data().get(LittleEndian.DOUBLE, 8 * index);
      // As NumPy compares integers with a float.
      case I8, U8, I16, I32, I64, BOOL -> (double) values.getLong(index);
      case F32, F16, BF16 -> values.getFloat(index);
    };
  }

  /** Trits of integers of any width, which are -1, 0 and 1. */
  static TernaryArray fromIntegers(Tensor values) {
    if (values.dtype() == DType.I8) {
      return fromBytes(values.shape(), values.data(), false);
    }
    if (values.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "elements of type " + values.dtype() + " are no integers; ofFloats takes a threshold");
    }
    long size = values.shape().elements();
    PlaneWriter positives = new PlaneWriter(size);
    PlaneWriter negatives = new PlaneWriter(size);
    for (long i = 0; i < size; i++) {
      long value = values.getLong(i);
      if (value < -1 || value > 1) {
        throw notTrit(value, i);
      }
      positives.append(value > 0 ? 1 : 0, 1);
      negatives.append(value < 0 ? 1 : 0, 1);
    }
    return new TernaryArray(values.shape(), positives.done(), negatives.done());
  }

  /** Trits {@code [from, from + length)} as bytes: value, or code where {@code offset} is 1. */
  static void toBytes(TernaryArray array, long from, byte[] into, int at, int length, int offset) {
    MemorySegment out = MemorySegment.ofArray(into);
    int i = 0;
    for (; i + 64 <= length; i += 64) {
      long p = array.positive().bits(from + i, 64);
      long n = array.negative().bits(from + i, 64);
      for (int b = 0; b < 64; b += 8) {
        out.set(LittleEndian.LONG, (long) at + i + b, eight(p >>> b, n >>> b, offset));
      }
    }
    for (; i < length; i++) {
      into[at + i] = (byte) (array.trit(from + i) + offset);
    }
  }

  /** Eight trits as bytes. */
  private static long eight(long positives, long negatives, int offset) {
    long positive = Long.expand(positives, LOW);
    long negative = Long.expand(negatives, LOW);
    return offset == 0 ? positive | negative * 0xff : LOW + positive - negative;
  }
}
