package dev.ternary.packed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;

/**
 * A code that stands for no trit, such as 3: bytes from elsewhere, or memory that was overwritten.
 * Arrays, matrices and, through them, files refuse it with this exception.
 */
public final class InvalidCodeException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  private final long offset;

  private InvalidCodeException(String message, long offset) {
    super(message);
    this.offset = offset;
  }

  /**
   * The refusal of a code that has a byte for itself.
   *
   * @param code what was found
   * @param index where, which is its offset too
   */
  public static InvalidCodeException of(int code, long index) {
    return new InvalidCodeException(
        "code " + code + " at index " + index + " is not 0, 1 or 2", index);
  }

  /** The refusal of the packed byte at {@code offset}, in rows of {@code cols} trits. */
  static InvalidCodeException packed(
      Packing packing, Shape shape, long cols, MemorySegment codes, long offset) {
    int value = codes.get(JAVA_BYTE, offset) & 0xff;
    if (packing instanceof TwoBit) {
      long row = offset / packing.rowBytes(cols);
      long col = offset % packing.rowBytes(cols) * packing.tritsPerByte();
      for (int i = 0; i < packing.tritsPerByte() && col + i < cols; i++) {
        if ((value >> (2 * i) & 3) == 3) {
          String where = "code 3 at index " + (row * cols + col + i) + " of shape " + shape;
          return new InvalidCodeException(where + " is not 0, 1 or 2", offset);
        }
      }
    }
    String where = "byte " + value + " at byte offset " + offset + " of shape " + shape;
    return new InvalidCodeException(where + " is no valid " + packing.id() + " code", offset);
  }

  /** Byte offset from the start of the codes. */
  public long offset() {
    return offset;
  }
}
