package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong in a kernel on this thread: the text goes to libtorch for a C++ exception, and
 * stays here for a caller in Java, to whom libtorch only says that it failed.
 */
final class Failure {

  private static final int MAX_BYTES = 2000;

  private static final MemorySegment NO_TEXT =
      Arena.global().allocateFrom("a ternary operator failed");

  private static final ThreadLocal<Failure> OF_THREAD = ThreadLocal.withInitial(Failure::new);

  /** Where libtorch reads the text. Freed with the thread. */
  private final MemorySegment text = Arena.ofAuto().allocate(MAX_BYTES + 1);

  private @Nullable Throwable cause;

  private Failure() {}

  /** Keeps a failure; the address of its text, which is valid until this thread fails again. */
  static long keep(Throwable t) {
    try {
      return OF_THREAD.get().write(t);
    } catch (Throwable _) {
      // Not even memory for the text: the kernel must return all the same.
      return NO_TEXT.address();
    }
  }

  private long write(Throwable t) {
    cause = t;
    String message = t.getMessage();
    byte[] bytes = (message == null ? t.toString() : message).getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, MAX_BYTES);
    MemorySegment.copy(bytes, 0, text, JAVA_BYTE, 0, length);
    text.set(JAVA_BYTE, length, (byte) 0);
    return text.address();
  }

  static void clear() {
    OF_THREAD.get().cause = null;
  }

  /** The exception for a failed call: of the kind and with the message that a kernel gave it. */
  static RuntimeException of(String operator) {
    Throwable cause = OF_THREAD.get().cause;
    if (cause == null) {
      return new IllegalStateException(
          operator + " failed in libtorch, which says why on standard error");
    }
    String message = cause.getMessage();
    if (cause instanceof IllegalArgumentException && message != null) {
      return new IllegalArgumentException(message, cause);
    }
    return new IllegalStateException(operator + " failed: " + cause, cause);
  }
}
