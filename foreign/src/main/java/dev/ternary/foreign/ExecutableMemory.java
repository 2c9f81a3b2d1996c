package dev.ternary.foreign;

import java.lang.foreign.MemorySegment;

/**
 * Memory with machine code. Its pages are written first and made executable afterwards, and are
 * never both. They live as long as the process: a code page that is freed while a thread runs in it
 * would end the JVM.
 */
public final class ExecutableMemory {

  private ExecutableMemory() {}

  /**
   * Puts {@code code} into pages of its own.
   *
   * @return the executable code, read-only
   * @throws IllegalStateException if the system refuses; the message gives its error number
   * @throws IllegalCallerException if native access is denied to this module
   */
  public static MemorySegment of(byte[] code) {
    return CodePages.ofSystem().load(code);
  }
}
