package dev.ternary.kernels.vector;

import java.time.Duration;
import java.util.EnumMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gets the vector code compiled, while plain code serves: a daemon thread tries small products of
 * both until the vector form is the faster one. It runs only while there are weights, and ends when
 * all is compiled, or when too much time has passed, as with a JIT that is switched off.
 */
final class WarmUp {

  /** How long one form is tried. After that its plain code is taken to be the faster one. */
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** How long trials go on without a pause, of which none is shorter than a millisecond. */
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Nanoseconds to sleep for each one of trials, so that the JIT and callers have the rest. */
  private static final long PAUSE = Runtime.getRuntime().availableProcessors() > 1 ? 1 : 4;

  private static final long MOST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final Object LOCK = new Object();

  private static int users;
  private static @Nullable Thread thread;
  private static final EnumMap<Form, Long> SPENT = new EnumMap<>(Form.class);

  private WarmUp() {}

  /** Weights are there, until {@link #end}. */
  static void begin() {
    synchronized (LOCK) {
      users++;
      if (thread == null && next() != null) {
        thread = Thread.ofPlatform().daemon().name("ternary-vector-warm-up").unstarted(WarmUp::run);
        thread.setContextClassLoader(null);
        thread.start();
      }
    }
  }

  /** Weights are gone. With the last ones the thread ends, as soon as its trial has ended. */
  static void end() {
    synchronized (LOCK) {
      users--;
      LOCK.notifyAll();
    }
  }

  /** Waits until no form is tried any more; false if that takes longer than {@code limit}. */
  static boolean await(Duration limit) throws InterruptedException {
    begin();
    try {
      long deadline = System.nanoTime() + limit.toNanos();
      synchronized (LOCK) {
        while (next() != null) {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          if (left <= 0 || thread == null) {
            return false;
          }
          LOCK.wait(left);
        }
        return true;
      }
    } finally {
      end();
    }
  }

  /** The form to try next: one that is wanted, if there is one. */
  private static @Nullable Form next() {
    Form any = null;
    for (Form form : Form.values()) {
      if (!form.isCompiled() && SPENT.getOrDefault(form, 0L) < LIMIT_NANOS) {
        if (form.isWanted()) {
          return form;
        }
        any = any == null ? form : any;
      }
    }
    return any;
  }

  private static void run() {
    var trials = new EnumMap<Form, Trial>(Form.class);
    try {
      for (Form form = nextOrEnd(); form != null; form = nextOrEnd()) {
        pause(form, turn(form, trials.computeIfAbsent(form, Trial::new)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      trials.values().forEach(Trial::close);
      synchronized (LOCK) {
        forgetThread();
      }
    }
  }

  private static long turn(Form form, Trial trial) {
    long nanos = 0;
    while (nanos < TURN_NANOS && !form.isCompiled()) {
      nanos += trial.run();
    }
    return nanos;
  }

  private static void pause(Form form, long nanos) throws InterruptedException {
    synchronized (LOCK) {
      SPENT.merge(form, nanos, Long::sum);
      LOCK.notifyAll();
      if (users > 0 && !form.isCompiled()) {
        TimeUnit.NANOSECONDS.timedWait(LOCK, Math.min(PAUSE * nanos, MOST_PAUSE_NANOS));
      }
    }
  }

  /** What this thread tries next; if that is nothing, it has ended for all others. */
  private static @Nullable Form nextOrEnd() {
    synchronized (LOCK) {
      Form form = users > 0 ? next() : null;
      if (form == null) {
        forgetThread();
      }
      return form;
    }
  }

  private static void forgetThread() {
    if (thread == Thread.currentThread()) {
      thread = null;
      LOCK.notifyAll();
    }
  }
}
