package dev.ternary.foreign;

import java.lang.foreign.MemorySegment;

/** The right to call native code. */
public final class NativeAccess {

  private NativeAccess() {}

  /**
   * Asks for nothing but the right to ask.
   *
   * @throws IllegalCallerException if native access is denied to this module
   */
  @SuppressWarnings("restricted") // that is the question
  public static void require() {
    MemorySegment _ = MemorySegment.NULL.reinterpret(0);
  }
}
