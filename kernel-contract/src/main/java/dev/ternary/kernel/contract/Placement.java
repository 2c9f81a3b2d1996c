package dev.ternary.kernel.contract;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Where the operands of a product lie, and whether the bytes around them stay as they were. */
final class Placement {

  /** Kinds of memory that a caller may pass. */
  enum Kind {
    HEAP,
    NATIVE,
    /** Native memory at an odd address. */
    ODD;

    static Kind any(SplittableRandom random) {
      return ALL.get(random.nextInt(ALL.size()));
    }
  }

  private static final List<Kind> ALL = List.of(Kind.values());

  private static final long GUARD = 65;
  private static final byte CANARY = 0x5a;

  private final Kind kind;
  private final Arena arena;
  private final List<MemorySegment> guards = new ArrayList<>();

  /** The memory lives as long as {@code arena}. */
  Placement(Kind kind, Arena arena) {
    this.kind = kind;
    this.arena = arena;
  }

  /** A copy of {@code bytes}. */
  MemorySegment of(byte[] bytes) {
    MemorySegment values = zeros(bytes.length);
    MemorySegment.copy(bytes, 0, values, JAVA_BYTE, 0, bytes.length);
    return values;
  }

  /** Writable memory of {@code byteSize} bytes. */
  MemorySegment zeros(long byteSize) {
    long start = kind == Kind.ODD ? GUARD : GUARD - 1;
    MemorySegment whole =
        kind == Kind.HEAP
            ? MemorySegment.ofArray(new byte[Math.toIntExact(byteSize + 2 * GUARD)])
            : arena.allocate(byteSize + 2 * GUARD, 64);
    MemorySegment before = whole.asSlice(0, start);
    MemorySegment after = whole.asSlice(start + byteSize);
    guards.add(before.fill(CANARY));
    guards.add(after.fill(CANARY));
    return whole.asSlice(start, byteSize);
  }

  /** Fails if a byte beside one of the segments was written. */
  void checkGuards() {
    for (MemorySegment guard : guards) {
      for (long at = 0; at < guard.byteSize(); at++) {
        if (guard.get(JAVA_BYTE, at) != CANARY) {
          throw new AssertionError(
              "wrote outside its operands, in " + kind + " memory at guard byte " + at);
        }
      }
    }
  }
}
