package dev.ternary.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * How many threads share one product, and the pool that runs them. Idle threads sleep. Safe to
 * share; close it when no product needs it any more.
 */
public final class Parallelism implements AutoCloseable {

  private static final Parallelism SINGLE = new Parallelism(1);

  private final int threads;
  private final ExecutorService pool;

  private Parallelism(int threads) {
    this.threads = threads;
    this.pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("ternary-", 1).factory());
  }

  /** The calling thread alone; needs no closing. */
  public static Parallelism single() {
    return SINGLE;
  }

  /**
   * The calling thread and {@code threads - 1} of its own.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public static Parallelism of(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("at least 1 thread is needed, got " + threads);
    }
    return threads == 1 ? SINGLE : new Parallelism(threads);
  }

  /** Number of threads, the caller's included; workers are numbered from 0 to below it. */
  public int threads() {
    return threads;
  }

  /** Work on a part {@code [from, to)} of a range. */
  @FunctionalInterface
  public interface Part {
    /** Runs on one thread; {@code worker} says which, for scratch memory of its own. */
    void run(int worker, int from, int to);
  }

  /**
   * Runs {@code part} on the parts of {@code [0, count)} and returns when all are done. Parts start
   * at multiples of {@code multiple}; which part a worker gets depends on nothing but the numbers.
   *
   * @throws IllegalArgumentException if a part threw one, with its message
   * @throws IllegalStateException if a part on another thread failed otherwise
   */
  public void forParts(int count, int multiple, Part part) {
    int blocks = Math.ceilDiv(count, multiple);
    int workers = Math.min(threads, blocks);
    if (workers <= 1) {
      part.run(0, 0, count);
      return;
    }
    List<Future<?>> others = new ArrayList<>(workers - 1);
    List<Throwable> failures = new ArrayList<>(0);
    try {
      for (int w = 1; w < workers; w++) {
        int worker = w;
        int from = start(w, workers, blocks, multiple);
        int to = Math.min(count, start(w + 1, workers, blocks, multiple));
        others.add(pool.submit(() -> part.run(worker, from, to)));
      }
      part.run(0, 0, Math.min(count, start(1, workers, blocks, multiple)));
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("Parallelism is closed", e);
    } finally {
      // Every part is waited for, whatever the others did: it uses the caller's memory.
      others.forEach(other -> await(other, failures));
    }
    if (!failures.isEmpty()) {
      Throwable first = failures.getFirst();
      if (first instanceof IllegalArgumentException refused) {
        throw new IllegalArgumentException(refused.getMessage(), refused);
      }
      throw new IllegalStateException("a part of a product failed: " + first, first);
    }
  }

  private static int start(int worker, int workers, int blocks, int multiple) {
    return Math.toIntExact((long) blocks * worker / workers * multiple);
  }

  private static void await(Future<?> future, List<Throwable> failures) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          future.get();
          return;
        } catch (InterruptedException _) {
          // The part still uses the caller's memory: wait for its end, then pass the signal on.
          interrupted = true;
        } catch (ExecutionException e) {
          failures.add(e.getCause() == null ? e : e.getCause());
          return;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends the threads. Does nothing to {@link #single()}. */
  @Override
  public void close() {
    if (this != SINGLE) {
      pool.shutdown();
    }
  }
}
