package dev.ternary.foreign;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong last in an upcall, for each thread: its text for native code, and the exception
 * for a caller in Java, to whom native code may only say that it failed. The result of a guarded
 * function is the address of the text.
 */
public final class ErrorText implements Upcall.OnFailure {

  private static final int MAX_BYTES = 2000;

  private final MemorySegment otherwise;
  private final ThreadLocal<Failure> ofThread = ThreadLocal.withInitial(Failure::new);

  /**
   * For one kind of function.
   *
   * @param otherwise the text where there is no memory for another; kept as long as the process
   */
  public ErrorText(String otherwise) {
    this.otherwise = Arena.global().allocateFrom(otherwise);
  }

  /** The failure of one thread. */
  private static final class Failure {
    /** Where native code reads the text. Freed with the thread. */
    private final MemorySegment text = Arena.ofAuto().allocate(MAX_BYTES + 1);

    private @Nullable Throwable cause;
  }

  /** Keeps a failure; the address of its text, which is valid until this thread fails again. */
  @Override
  public long keep(Throwable t) {
    Failure failure = ofThread.get();
    failure.cause = t;
    String message = t.getMessage();
    byte[] bytes = (message == null ? t.toString() : message).getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, MAX_BYTES);
    MemorySegment.copy(bytes, 0, failure.text, JAVA_BYTE, 0, length);
    failure.text.set(JAVA_BYTE, length, (byte) 0);
    return failure.text.address();
  }

  @Override
  public long otherwise() {
    return otherwise.address();
  }

  /** What this thread kept last; empty if nothing since {@link #clear}. */
  public Optional<Throwable> last() {
    return Optional.ofNullable(ofThread.get().cause);
  }

  /** Forgets what this thread kept. */
  public void clear() {
    ofThread.get().cause = null;
  }
}
