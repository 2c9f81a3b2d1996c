package dev.ternary.packed;

import dev.ternary.tensor.Shape;

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

  /** The refusal of a code 3 of two bits, in the byte at {@code offset}. */
  static InvalidCodeException two(long index, long offset, Shape shape) {
    String where = "code 3 at index " + index + " of shape " + shape;
    return new InvalidCodeException(where + " is not 0, 1 or 2", offset);
  }

  /** The refusal of a packed byte as a whole. */
  static InvalidCodeException packed(int value, long offset, Shape shape, String packing) {
    String where = "byte " + value + " at byte offset " + offset + " of shape " + shape;
    return new InvalidCodeException(where + " is no valid " + packing + " code", offset);
  }

  /** Byte offset from the start of the codes. */
  public long offset() {
    return offset;
  }
}
