package dev.ternary.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Single elements of memory that holds values of one type, little-endian. */
final class Elements {

  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

  private Elements() {}

  static float getFloat(DType dtype, MemorySegment data, long index) {
    return switch (dtype) {
      case F32 -> data.get(LittleEndian.FLOAT, 4 * index);
      case F16 -> Float.float16ToFloat(data.get(LittleEndian.SHORT, 2 * index));
      case BF16 -> Float.intBitsToFloat(data.get(LittleEndian.SHORT, 2 * index) << 16);
      case F64 -> (float) data.get(LittleEndian.DOUBLE, 8 * index);
      case I8, U8, I16, I32, I64, BOOL -> (float) getLong(dtype, data, index);
    };
  }

  static long getLong(DType dtype, MemorySegment data, long index) {
    return switch (dtype) {
      case I8 -> data.get(I8, index);
      case U8 -> data.get(I8, index) & 0xff;
      case BOOL -> data.get(I8, index) == 0 ? 0 : 1;
      case I16 -> data.get(LittleEndian.SHORT, 2 * index);
      case I32 -> data.get(LittleEndian.INT, 4 * index);
      case I64 -> data.get(LittleEndian.LONG, 8 * index);
      case F32, F16, BF16, F64 ->
          throw new IllegalStateException("an element of type " + dtype + " is not an integer");
    };
  }
}
