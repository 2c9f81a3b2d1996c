package dev.ternary.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that runs one part of its owner's work after another. The owner posts a part and later
 * finishes it: waits for its end, or runs it itself if this thread has not begun.
 */
final class Worker {

  /** How long both sides stay awake for each other; waking a thread takes about 10 to 50 us. */
  private static final long SPIN_NANOS = 50_000;

  private static final int SPINS_A_LOOK = 16;

  private static final int EMPTY = 0;
  private static final int POSTED = 1;
  private static final int RUNNING = 2;
  private static final int DONE = 3;

  /** Runs a part of the work that the owner has in hand. */
  @FunctionalInterface
  interface Job {
    void run(int worker, int from, int to);
  }

  private final int number;
  private final boolean spins;
  private final Job job;
  private final Thread thread;
  private final AtomicInteger state = new AtomicInteger(EMPTY);
  private volatile boolean asleep;
  private volatile boolean closed;
  private volatile @Nullable Thread caller;

  // Written before POSTED or DONE and read after.
  private int from;
  private int to;
  private @Nullable Throwable failure;

  Worker(int number, boolean spins, Job job) {
    this.number = number;
    this.spins = spins;
    this.job = job;
    this.thread = Thread.ofPlatform().daemon().name("ternary-" + number).unstarted(this::loop);
    thread.start();
  }

  void post(int start, int end) {
    from = start;
    to = end;
    state.set(POSTED);
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  /** Returns once the part has been run, with what it threw. */
  @Nullable Throwable finish() {
    if (state.compareAndSet(POSTED, RUNNING)) {
      run();
    } else {
      awaitDone();
    }
    @Nullable Throwable thrown = failure;
    failure = null;
    state.set(EMPTY);
    return thrown;
  }

  private void awaitDone() {
    long end = System.nanoTime() + SPIN_NANOS;
    while (spins && state.get() != DONE && System.nanoTime() - end < 0) {
      pause();
    }
    boolean interrupted = false;
    caller = Thread.currentThread();
    while (state.get() != DONE) {
      LockSupport.park(this);
      // The part still uses the caller's memory: wait for its end, then pass the signal on.
      interrupted |= Thread.interrupted();
    }
    caller = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause() {
    for (int i = 0; i < SPINS_A_LOOK; i++) {
      Thread.onSpinWait();
    }
  }

  private void loop() {
    long end = System.nanoTime();
    while (!closed) {
      if (state.get() == POSTED && state.compareAndSet(POSTED, RUNNING)) {
        run();
        state.set(DONE);
        LockSupport.unpark(caller);
        end = System.nanoTime() + SPIN_NANOS;
      } else if (spins && System.nanoTime() - end < 0) {
        pause();
      } else {
        asleep = true;
        if (state.get() != POSTED && !closed) {
          LockSupport.park(this);
        }
        asleep = false;
      }
    }
  }

  private void run() {
    try {
      job.run(number, from, to);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
