package dev.ternary.trit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.packed.Packing;
import dev.ternary.packed.TwoBit;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;

/** A packed byte that no trits give. */
public final class InvalidPackedTritException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  private final long byteOffset;

  private InvalidPackedTritException(String message, long byteOffset) {
    super(message);
    this.byteOffset = byteOffset;
  }

  static InvalidPackedTritException of(
      Shape shape, Packing packing, MemorySegment packed, long offset) {
    int value = packed.get(JAVA_BYTE, offset) & 0xff;
    String message =
        "byte "
            + value
            + " at byte offset "
            + offset
            + " of shape "
            + shape
            + " is no valid "
            + packing.id()
            + " code";
    if (packing instanceof TwoBit) {
      for (int i = 3; i >= 0; i--) {
        if ((value >> (2 * i) & 3) == 3) {
          message =
              "code 3 at index " + (4 * offset + i) + " of shape " + shape + " is not 0, 1 or 2";
        }
      }
    }
    return new InvalidPackedTritException(message, offset);
  }

  /** Offset of the byte from the start of the packed bytes. */
  public long byteOffset() {
    return byteOffset;
  }
}
