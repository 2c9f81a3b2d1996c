package dev.ternary.kernels.x86;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets memory be closed while others use it: it is freed when the last of them has ended. A plain
 * shared arena would refuse to close instead.
 */
final class Lease {

  private static final int CLOSED = 1 << 30;

  private final AtomicInteger users = new AtomicInteger();
  private final Runnable free;

  Lease(Runnable free) {
    this.free = free;
  }

  /**
   * Starts a use, which {@link #release} ends.
   *
   * @throws IllegalStateException after {@link #close}
   */
  void acquire() {
    int before;
    do {
      before = users.get();
      if (before >= CLOSED) {
        throw new IllegalStateException("the matrix is closed");
      }
    } while (!users.compareAndSet(before, before + 1));
  }

  void release() {
    if (users.decrementAndGet() == CLOSED) {
      free.run();
    }
  }

  /** Refuses further uses. May be called again. */
  void close() {
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
