package dev.ternary.nn;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.backend.PreparedGraph.SizedGraph;
import dev.ternary.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs a prepared graph for any number of threads at once. Planned runs, each with buffers of its
 * own, are kept for the next prediction of the same size. Owns graph and runs.
 */
final class Runner implements AutoCloseable {

  /** What the values of one run may take, unless one sample needs more. */
  private static final long RUN_BYTES = 4 << 20;

  private static final int MAX_SAMPLES = 256;

  /** Below this many multiplications, waking other threads takes longer than the work. */
  private static final long WORTH_THREADS = 4_000_000;

  /** What planned runs that nobody uses may take together, unless one of them takes more. */
  private static final long IDLE_BYTES = 256L << 20;

  /** Sizes of free dimensions that are kept. */
  private static final int MAX_SIZES = 32;

  private final PreparedGraph graph;
  private final Parallelism parallelism;
  private final int maxIdle;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Bound> idle = new ArrayDeque<>();
  private final LinkedHashMap<List<Shape>, SizedGraph> sizes = new LinkedHashMap<>(16, 0.75f, true);
  private long idleBytes;
  private int running;
  private boolean closed;

  Runner(PreparedGraph graph, Parallelism parallelism) {
    this.graph = graph;
    this.parallelism = parallelism;
    this.maxIdle = Math.max(8, 2 * parallelism.threads());
  }

  /** Copies samples in and results out; called on several threads at once. */
  interface Batch {
    void load(int from, PlannedRun run);

    void store(int from, PlannedRun run);
  }

  /** The graph for inputs of these shapes. */
  SizedGraph sized(List<Shape> inputs) {
    lock.lock();
    try {
      SizedGraph known = sizes.get(inputs);
      if (known == null) {
        known = graph.sized(inputs);
        sizes.put(inputs, known);
        if (sizes.size() > MAX_SIZES) {
          sizes.pollFirstEntry();
        }
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** Predicts {@code count} samples. */
  void run(SizedGraph sized, int count, Batch batch) {
    enter();
    try {
      int threads = parallelism.threads();
      long work = Math.max(1, sized.work());
      if (count > 1 && threads > 1 && count * (double) work >= WORTH_THREADS) {
        if (count < threads && work >= WORTH_THREADS) {
          runSamples(sized, 0, count, 1, parallelism, batch);
        } else {
          parallelism.forParts(
              count, 1, (_, from, to) -> runPart(sized, from, to, Parallelism.single(), batch));
        }
      } else {
        runPart(sized, 0, count, work >= WORTH_THREADS ? parallelism : Parallelism.single(), batch);
      }
    } finally {
      exit();
    }
  }

  private void runPart(SizedGraph sized, int from, int to, Parallelism threads, Batch batch) {
    int count = to - from;
    if (count > 0) {
      long fit = RUN_BYTES / Math.max(1, Float.BYTES * sized.widest());
      int parts = Math.ceilDiv(count, Math.clamp(fit, 1, MAX_SAMPLES));
      runSamples(sized, from, to, Math.ceilDiv(count, parts), threads, batch);
    }
  }

  private void runSamples(
      SizedGraph sized, int from, int to, int chunk, Parallelism threads, Batch batch) {
    for (int start = from; start < to; start += chunk) {
      Bound bound = take(sized, Math.min(chunk, to - start), threads);
      boolean done = false;
      try {
        batch.load(start, bound.run);
        bound.run.run();
        batch.store(start, bound.run);
        done = true;
      } finally {
        if (done) {
          giveBack(bound);
        } else {
          bound.run.close();
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

  @SuppressWarnings(
      "ReferenceEquality") // sizes are kept, and comparing all that is in them is slow
  private Bound take(SizedGraph sized, int samples, Parallelism threads) {
    lock.lock();
    try {
      Iterator<Bound> newest = idle.descendingIterator();
      while (newest.hasNext()) {
        Bound bound = newest.next();
        if (bound.sized == sized && bound.run.samples() == samples && bound.threads == threads) {
          newest.remove();
          idleBytes -= bound.bytes();
          return bound;
        }
      }
    } finally {
      lock.unlock();
    }
    return new Bound(sized, threads, sized.plan(samples, threads));
  }

  private void giveBack(Bound bound) {
    List<Bound> old = List.of();
    lock.lock();
    try {
      idle.addLast(bound);
      idleBytes += bound.bytes();
      while (idle.size() > maxIdle || (idleBytes > IDLE_BYTES && idle.size() > 1)) {
        old = old.isEmpty() ? new ArrayList<>() : old;
        old.add(idle.removeFirst());
        idleBytes -= old.getLast().bytes();
      }
    } finally {
      lock.unlock();
    }
    old.forEach(unused -> unused.run.close());
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
        idle.forEach(bound -> bound.run.close());
        idle.clear();
        graph.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A planned run, and what it was planned for. */
  private record Bound(SizedGraph sized, Parallelism threads, PlannedRun run) {
    long bytes() {
      return Float.BYTES * sized.widest() * run.samples();
    }
  }
}
