package dev.ternary.nn;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.run.Chain;
import dev.ternary.nn.run.Memory;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs a chain for any number of threads at once. Planned runs, each with buffers of its own, are
 * kept for the next prediction of the same size. Owns chain and runs.
 */
final class Runner implements AutoCloseable {

  /** What the buffers between two layers may take in one run, unless one sample needs more. */
  private static final long RUN_BYTES = 4 << 20;

  private static final int MAX_SAMPLES = 256;

  /** Below this many multiplications, waking other threads takes longer than the work. */
  private static final long WORTH_THREADS = 4_000_000;

  private final Chain chain;
  private final Parallelism parallelism;
  private final int maxSamples;
  private final int maxIdle;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Bound> idle = new ArrayDeque<>();
  private int running;
  private boolean closed;

  Runner(Chain chain, Parallelism parallelism) {
    this.chain = chain;
    this.parallelism = parallelism;
    long fit = RUN_BYTES / Math.max(1, 4 * chain.widest());
    this.maxSamples = Math.clamp(fit, 1, MAX_SAMPLES);
    this.maxIdle = Math.max(8, 2 * parallelism.threads());
  }

  /** Copies samples in and results out; called on several threads at once. */
  interface Batch {
    void load(int from, FloatMatrix x);

    void store(int from, FloatMatrix y);
  }

  /** Predicts {@code count} samples. */
  void run(int count, Batch batch) {
    enter();
    try {
      int threads = parallelism.threads();
      long work = Math.max(1, chain.work());
      if (count > 1 && threads > 1 && count * (double) work >= WORTH_THREADS) {
        if (count < threads && work >= WORTH_THREADS) {
          runSamples(0, count, 1, parallelism, batch);
        } else {
          parallelism.forParts(
              count, 1, (_, from, to) -> runPart(from, to, Parallelism.single(), batch));
        }
      } else {
        runPart(0, count, work >= WORTH_THREADS ? parallelism : Parallelism.single(), batch);
      }
    } finally {
      exit();
    }
  }

  private void runPart(int from, int to, Parallelism threads, Batch batch) {
    int count = to - from;
    if (count > 0) {
      int parts = Math.ceilDiv(count, maxSamples);
      runSamples(from, to, Math.ceilDiv(count, parts), threads, batch);
    }
  }

  private void runSamples(int from, int to, int chunk, Parallelism threads, Batch batch) {
    for (int start = from; start < to; start += chunk) {
      Bound bound = take(Math.min(chunk, to - start), threads);
      boolean done = false;
      try {
        batch.load(start, bound.x);
        bound.run.run();
        batch.store(start, bound.y);
        done = true;
      } finally {
        if (done) {
          giveBack(bound);
        } else {
          bound.memory.close();
        }
      }
    }
  }

  /** Holds off {@link #close} until {@link #exit}. */
  void enter() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("Model is closed");
      }
      running++;
    } finally {
      lock.unlock();
    }
  }

  /** Ends what {@link #enter} began. */
  void exit() {
    lock.lock();
    try {
      running--;
      if (running == 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private Bound take(int samples, Parallelism threads) {
    lock.lock();
    try {
      Iterator<Bound> newest = idle.descendingIterator();
      while (newest.hasNext()) {
        Bound bound = newest.next();
        if (bound.x.rows() == samples && bound.threads == threads) {
          newest.remove();
          return bound;
        }
      }
    } finally {
      lock.unlock();
    }
    return new Bound(chain, samples, threads);
  }

  private void giveBack(Bound bound) {
    Optional<Bound> oldest = Optional.empty();
    lock.lock();
    try {
      idle.addLast(bound);
      if (idle.size() > maxIdle) {
        oldest = Optional.of(idle.removeFirst());
      }
    } finally {
      lock.unlock();
    }
    oldest.ifPresent(old -> old.memory.close());
  }

  /** Waits for running predictions, refuses new ones, and frees all memory. */
  @Override
  public void close() {
    lock.lock();
    try {
      boolean first = !closed;
      closed = true;
      while (running > 0) {
        changed.awaitUninterruptibly();
      }
      if (first) {
        idle.forEach(bound -> bound.memory.close());
        idle.clear();
        chain.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A planned run. */
  private static final class Bound {
    private final Parallelism threads;
    private final Memory memory;
    private final FloatMatrix x;
    private final FloatMatrix y;
    private final Runnable run;

    @SuppressWarnings("MustBeClosedChecker") // closed by whoever takes it
    Bound(Chain chain, int samples, Parallelism threads) {
      this.threads = threads;
      memory = new Memory(threads);
      x = memory.floats(samples, chain.inSize());
      y = memory.floats(samples, chain.outSize());
      run = chain.bind(memory, x, y);
    }
  }
}
