package dev.ternary.packed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** A packed byte that no trits give: bytes from elsewhere, or memory that was overwritten. */
public final class InvalidCodeException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  private final long offset;

  InvalidCodeException(String shape, Packing packing, MemorySegment codes, long offset) {
    super(
        "matrix "
            + shape
            + ": byte "
            + (codes.get(JAVA_BYTE, offset) & 0xff)
            + " at byte offset "
            + offset
            + " is no valid "
            + packing.id()
            + " code");
    this.offset = offset;
  }

  /** Byte offset from the start of the codes. */
  public long offset() {
    return offset;
  }
}
