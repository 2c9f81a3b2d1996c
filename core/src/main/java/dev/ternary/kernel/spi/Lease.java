package dev.ternary.kernel.spi;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets memory be closed while others use it: it is freed when the last of them has ended. A plain
 * shared arena would be pulled away from under them instead.
 */
public final class Lease {

  private static final int CLOSED = 1 << 30;

  private final AtomicInteger users = new AtomicInteger();
  private final String what;
  private final Runnable free;

  /**
   * A lease that nobody uses yet.
   *
   * @param what is closed, for the message of a refusal
   * @param free runs once, on the thread that closes or that ends the last use
   */
  public Lease(String what, Runnable free) {
    this.what = what;
    this.free = free;
  }

  /**
   * Starts a use, which {@link #release} ends.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public void acquire() {
    int before;
    do {
      before = users.get();
      if (before >= CLOSED) {
        throw new IllegalStateException(what + " is closed");
      }
    } while (!users.compareAndSet(before, before + 1));
  }

  /** Ends a use. */
  public void release() {
    if (users.decrementAndGet() == CLOSED) {
      free.run();
    }
  }

  /** Refuses further uses. May be called again. */
  public void close() {
    int before;
    do {
      before = users.get();
      if (before >= CLOSED) {
        return;
      }
    } while (!users.compareAndSet(before, before | CLOSED));
    if (before == 0) {
      free.run();
    }
  }
}
