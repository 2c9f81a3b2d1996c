package dev.ternary.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How many threads share one product, and the threads. After a product they wait for the next one
 * for up to 50 microseconds awake, as the products of one model follow each other within a few;
 * then they sleep. Safe to share: while one caller's product has the threads, those of other
 * callers run on the caller alone. Close it when no product needs it any more.
 */
public final class Parallelism implements AutoCloseable {

  private static final Parallelism SINGLE = new Parallelism(1, false);

  private final Worker[] others;
  private final boolean always;
  private final AtomicBoolean taken = new AtomicBoolean();
  private volatile boolean closed;

  /** What the threads share; written before a part is posted and read after. */
  private @Nullable Part shared;

  private Parallelism(int threads, boolean always) {
    this.always = always;
    this.others = new Worker[threads - 1];
    boolean spins = threads <= Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < others.length; i++) {
      others[i] = new Worker(i + 1, spins, this::run);
    }
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
    return of(threads, false);
  }

  /**
   * As many threads as this process may use physical cores: a second thread a core gains nothing.
   */
  public static Parallelism ofCores() {
    return of(Cores.physical());
  }

  /**
   * As {@link #of}, but shares every product however small, where one thread would be faster: for
   * tests of kernels.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public static Parallelism always(int threads) {
    return of(threads, true);
  }

  private static Parallelism of(int threads, boolean always) {
    if (threads < 1) {
      throw new IllegalArgumentException("at least 1 thread is needed, got " + threads);
    }
    return threads == 1 ? SINGLE : new Parallelism(threads, always);
  }

  /** Number of threads, the caller's included. */
  public int threads() {
    return others.length + 1;
  }

  /** Work on a part {@code [from, to)} of a range. */
  @FunctionalInterface
  public interface Part {
    /**
     * Computes one part. Parts run at the same time.
     *
     * @param worker number of the part, from 0 to below {@link Parallelism#threads}; says which
     *     scratch memory is its own
     */
    void run(int worker, int from, int to);
  }

  /**
   * Runs {@code part} on the parts of {@code [0, count)} and returns when all are done, as {@link
   * #forParts(int, int, int, Part)} does where every part is worth a thread.
   */
  public void forParts(int count, int multiple, Part part) {
    forParts(count, multiple, 1, part);
  }

  /**
   * Runs {@code part} on the parts of {@code [0, count)} and returns when all are done. Parts start
   * at multiples of {@code multiple}; where they start and what their numbers are depends on
   * nothing but the arguments and the number of threads. A thread that is late loses its part to
   * the caller.
   *
   * @param least no part shall be smaller: handing it to another thread would take longer than
   *     computing it. {@link #always} ignores it
   * @throws IllegalArgumentException if a part threw one, with its message
   * @throws IllegalStateException if a part failed otherwise, or if this is closed and more than
   *     one part is needed
   */
  public void forParts(int count, int multiple, int least, Part part) {
    int blocks = Math.ceilDiv(count, multiple);
    int parts = Math.min(threads(), blocks);
    if (!always) {
      parts = Math.min(parts, count / Math.max(1, least));
    }
    if (parts <= 1) {
      part.run(0, 0, count);
      return;
    }
    if (closed) {
      throw new IllegalStateException("Parallelism is closed");
    }
    var split = new Split(count, multiple, blocks, parts);
    if (!taken.compareAndSet(false, true)) {
      for (int i = 0; i < parts; i++) {
        part.run(i, split.start(i), split.start(i + 1));
      }
      return;
    }
    try {
      share(split, part);
    } finally {
      taken.set(false);
    }
  }

  /**
   * The rows of a product that one part has at least, so that it takes {@code products}
   * multiply-adds.
   */
  public static int leastRows(long products, int tokens, int cols) {
    return (int)
        Math.min(Integer.MAX_VALUE, Math.ceilDiv(products, Math.max(1, (long) tokens * cols)));
  }

  private record Split(int count, int multiple, int blocks, int parts) {
    int start(int part) {
      return (int) Math.min(count, (long) blocks * part / parts * multiple);
    }
  }

  private void run(int worker, int from, int to) {
    Part part = shared;
    if (part != null) {
      part.run(worker, from, to);
    }
  }

  private void share(Split split, Part part) {
    shared = part;
    for (int i = 1; i < split.parts(); i++) {
      others[i - 1].post(split.start(i), split.start(i + 1));
    }
    @Nullable Throwable failure = null;
    try {
      part.run(0, 0, split.start(1));
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    // Every part is waited for, whatever the others did: it uses the caller's memory.
    for (int i = 1; i < split.parts(); i++) {
      @Nullable Throwable other = others[i - 1].finish();
      failure = failure == null ? other : failure;
    }
    shared = null;
    switch (failure) {
      case null -> {}
      case IllegalArgumentException refused ->
          throw new IllegalArgumentException(refused.getMessage(), refused);
      default -> throw new IllegalStateException("a part of a product failed: " + failure, failure);
    }
  }

  /** Ends the threads. Does nothing to {@link #single()}. */
  @Override
  public void close() {
    if (this != SINGLE) {
      closed = true;
      for (Worker worker : others) {
        worker.close();
      }
    }
  }
}
