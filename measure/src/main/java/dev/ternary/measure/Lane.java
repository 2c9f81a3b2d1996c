package dev.ternary.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One action of a {@link Stopwatch} and its times. */
final class Lane {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final int MOST_RUNS = 1 << 20;

  private final Stopwatch watch;
  private final Supplier<?> action;
  private final List<Double> windows = new ArrayList<>();
  private final List<Double> nanos = new ArrayList<>();
  private final List<Double> elapsed = new ArrayList<>();
  private int count = 1;
  private double warmed;
  private boolean steady;
  private double shortest;
  private double spent;
  private double passed;
  private long runs;
  private long allocated;

  @SuppressWarnings("UnusedVariable") // written so that no result can be optimised away
  private volatile Object sink = "";

  Lane(Stopwatch watch, Supplier<?> action) {
    this.watch = watch;
    this.action = action;
  }

  /**
   * Runs for so many nanoseconds, at least once. The count of runs grows until they fill a sample,
   * so that reading the clock does not count in a time that is short.
   *
   * @return the fastest run of each window so far
   */
  List<Double> warmUp(double window) {
    shortest = Double.POSITIVE_INFINITY;
    double used = 0;
    do {
      double time = paced(run(count));
      used += count * time;
      shortest = Math.min(shortest, time);
      if (count * time < watch.sample().toNanos() && count < MOST_RUNS) {
        count *= 2;
      }
    } while (used < window);
    warmed += used;
    windows.add(shortest);
    return windows;
  }

  /** Nanoseconds that it has run to warm up. */
  double warmed() {
    return warmed;
  }

  /** Ends the warm-up: what comes counts. */
  void begin(boolean isSteady) {
    steady = isSteady;
    allocated = 0;
    runs = 0;
  }

  boolean hasTime() {
    return nanos.isEmpty()
        || (nanos.size() < watch.rounds()
            && spent + runsOfSample() * shortest <= watch.budget().toNanos());
  }

  private int runsOfSample() {
    return (int) Math.clamp(watch.sample().toNanos() / shortest, 1, 1 << 30);
  }

  void sample() {
    int samples = runsOfSample();
    double time = run(samples);
    nanos.add(time);
    elapsed.add(passed);
    spent += samples * paced(time);
    shortest = Math.min(shortest, paced(time));
  }

  /** What says how often to run: a clock of coarse steps shows no time at all for short runs. */
  private double paced(double time) {
    return watch.clock() == Clock.PROCESS ? passed : time;
  }

  /** Nanoseconds of one of so many runs. */
  private double run(int times) {
    long before = allocatedBytes();
    long begin = System.nanoTime();
    long start = watch.clock().nanos();
    for (int i = 0; i < times; i++) {
      sink = action.get();
    }
    long end = watch.clock().nanos();
    passed = Math.max(1, System.nanoTime() - begin) / (double) times;
    allocated += allocatedBytes() - before;
    runs += times;
    return Math.max(1, end - start) / (double) times;
  }

  Stopwatch.Sample result() {
    return new Stopwatch.Sample(
        nanos.size(),
        Stopwatch.Times.of(nanos),
        Stopwatch.Times.of(elapsed),
        allocatedBytes() < 0 ? -1 : allocated / runs,
        steady);
  }

  private static long allocatedBytes() {
    return THREADS instanceof com.sun.management.ThreadMXBean threads
            && threads.isThreadAllocatedMemorySupported()
        ? threads.getCurrentThreadAllocatedBytes()
        : -1;
  }
}
