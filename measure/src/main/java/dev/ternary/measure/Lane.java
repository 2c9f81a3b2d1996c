package dev.ternary.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One action and its times. */
final class Lane {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final int MOST_RUNS = 1 << 20;

  private final Clock clock;
  private final double fill;
  private final Supplier<?> action;
  private final List<Double> windows = new ArrayList<>();
  private final List<Double> nanos = new ArrayList<>();
  private final List<Double> elapsed = new ArrayList<>();
  private int count = 1;
  private double warmed;
  private double shortest;
  private double spent;
  private double counted;
  private double passed;
  private long runs;
  private long allocated;

  @SuppressWarnings("UnusedVariable") // written so that no result can be optimised away
  private volatile Object sink = "";

  /** An action whose samples take at least {@code fill} nanoseconds. */
  Lane(Clock clock, double fill, Supplier<?> action) {
    this.clock = clock;
    this.fill = fill;
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
      if (count * time < fill && count < MOST_RUNS) {
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
  void begin() {
    allocated = 0;
    runs = 0;
  }

  /** Nanoseconds that the samples took, and that one more would make it. */
  double spentWithOneMore() {
    return spent + runsOfSample() * shortest;
  }

  private int runsOfSample() {
    return (int) Math.clamp(fill / shortest, 1, 1 << 30);
  }

  void sample() {
    int samples = runsOfSample();
    double time = run(samples);
    nanos.add(time);
    counted += samples * time;
    elapsed.add(passed);
    spent += samples * paced(time);
    shortest = Math.min(shortest, paced(time));
  }

  /** What says how often to run: a clock of coarse steps shows no time at all for short runs. */
  private double paced(double time) {
    return clock == Clock.PROCESS ? passed : time;
  }

  /** Nanoseconds of one of so many runs. */
  private double run(int times) {
    long before = allocatedBytes();
    long begin = System.nanoTime();
    long start = clock.nanos();
    for (int i = 0; i < times; i++) {
      sink = action.get();
    }
    long end = clock.nanos();
    passed = Math.max(1, System.nanoTime() - begin) / (double) times;
    allocated += allocatedBytes() - before;
    runs += times;
    return Math.max(1, end - start) / (double) times;
  }

  /** Nanoseconds of a run in each sample. */
  List<Double> nanos() {
    return nanos;
  }

  /** The same in time that passed. */
  List<Double> elapsed() {
    return elapsed;
  }

  /** Nanoseconds of a run, over all samples. */
  double mean() {
    return counted / runs;
  }

  /** Bytes that a run allocated; -1 where the JVM does not say. */
  long allocated() {
    return allocatedBytes() < 0 ? -1 : allocated / runs;
  }

  private static long allocatedBytes() {
    return THREADS instanceof com.sun.management.ThreadMXBean threads
            && threads.isThreadAllocatedMemorySupported()
        ? threads.getCurrentThreadAllocatedBytes()
        : -1;
  }
}
