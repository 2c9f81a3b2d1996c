package dev.ternary.pytorch.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the JVM from ending while a thread computes in libtorch. When the JVM ends, it waits 300 ms
 * for threads in native code and then runs libtorch's destructors: a backward pass that goes on
 * longer reads what they freed and crashes. So the exit waits for the steps that run, 10 s at most,
 * and none begins any more.
 *
 * <p>Reentrant: a thread that is inside may enter again at any time.
 */
public final class ExitGuard {

  /** A step of a large network on a busy machine is shorter. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How often the exit looks whether a step waits for the exit itself. */
  private static final long LOOK_MILLIS = 50;

  private final Duration patience;
  private final Map<Thread, Integer> inside = new HashMap<>();
  private boolean ending;

  ExitGuard(Duration patience) {
    this.patience = patience;
  }

  /** The guard of this process, made with the first step. */
  private static final class OfProcess {

    private static final ExitGuard GUARD = new ExitGuard(PATIENCE);

    static {
      try {
        Runtime.getRuntime().addShutdownHook(new Thread(GUARD::end, "end-of-torch-steps"));
      } catch (IllegalStateException _) {
        // The JVM ends already, without waiting for anybody.
        GUARD.end();
      }
    }
  }

  /** A thread is in libtorch until this is closed, by the same thread. */
  public interface Inside extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Says that this thread goes into libtorch.
   *
   * @throws IllegalStateException if the JVM ends. It is thrown late, after the patience: most
   *     exits are done by then, and nobody is told of an error that is none
   */
  public static Inside enter() {
    return OfProcess.GUARD.begin();
  }

  /** As {@link #enter}, with this guard. */
  Inside begin() {
    Thread thread = Thread.currentThread();
    synchronized (this) {
      if (!ending || inside.containsKey(thread)) {
        inside.merge(thread, 1, Integer::sum);
        return () -> leave(thread);
      }
    }
    try {
      Thread.sleep(patience);
    } catch (InterruptedException _) {
      thread.interrupt();
    }
    throw new IllegalStateException("the JVM is ending: no step of PyTorch begins any more");
  }

  private synchronized void leave(Thread thread) {
    inside.computeIfPresent(thread, (_, times) -> times == 1 ? null : times - 1);
    notifyAll();
  }

  /** Lets no step begin, and waits for those that run. */
  synchronized void end() {
    ending = true;
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (!inside.keySet().stream().allMatch(ExitGuard::exits) && System.nanoTime() < deadline) {
        wait(LOOK_MILLIS);
      }
    } catch (InterruptedException _) {
      // Somebody wants the exit now.
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the thread called for the exit: it waits for this guard, and is not in libtorch. */
  private static boolean exits(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals("java.lang.Runtime")
          && frame.getMethodName().equals("exit")) {
        return true;
      }
    }
    return false;
  }
}
