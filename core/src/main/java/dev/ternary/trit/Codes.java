package dev.ternary.trit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.packed.Packing;
import dev.ternary.packed.TwoBit;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;

/** Messages about packed bytes that no trits give. */
final class Codes {

  private Codes() {}

  static IllegalArgumentException refusal(
      Shape shape, Packing packing, MemorySegment packed, long offset) {
    int value = packed.get(JAVA_BYTE, offset) & 0xff;
    if (packing instanceof TwoBit) {
      for (int i = 0; i < 4; i++) {
        if ((value >> (2 * i) & 3) == 3) {
          return new IllegalArgumentException(
              "code 3 at index " + (4 * offset + i) + " of shape " + shape + " is not 0, 1 or 2");
        }
      }
    }
    return new IllegalArgumentException(
        "byte "
            + value
            + " at byte offset "
            + offset
            + " of shape "
            + shape
            + " is no valid "
            + packing.id()
            + " code");
  }
}
