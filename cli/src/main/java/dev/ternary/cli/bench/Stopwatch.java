package dev.ternary.cli.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Times contenders in turn, round after round, so that what else happens on the machine meets all
 * of them. On one thread it counts the time that the CPU gave to it, on several the time that
 * passed.
 */
final class Stopwatch {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** One sample times at least this long, in as many runs as that takes. */
  private static final long SAMPLE_NANOS = 1_000_000;

  private final boolean cpuTime;
  private final long budgetNanos;

  /**
   * A stopwatch.
   *
   * @param threads threads of the work
   * @param budgetNanos time for one contender, at least one run
   */
  Stopwatch(int threads, long budgetNanos) {
    cpuTime = cpuTime(threads);
    this.budgetNanos = budgetNanos;
  }

  private static boolean cpuTime(int threads) {
    return threads == 1 && THREADS.isCurrentThreadCpuTimeSupported();
  }

  /** What {@link #time} counts for work on so many threads. */
  static String counts(int threads) {
    return cpuTime(threads) ? "CPU time" : "elapsed time";
  }

  /** Nanoseconds of one run: the least and the median, for each of the actions. */
  List<Sample> time(List<Runnable> actions) {
    var samples = new ArrayList<List<Double>>();
    double[] spent = new double[actions.size()];
    for (int i = 0; i < actions.size(); i++) {
      warmUp(actions.get(i));
      // Tells the slow ones.
      double first = sample(actions.get(i), 1);
      samples.add(new ArrayList<>(List.of(first)));
      spent[i] = first;
    }
    boolean running = true;
    while (running) {
      running = false;
      for (int i = 0; i < actions.size(); i++) {
        double shortest = samples.get(i).stream().mapToDouble(d -> d).min().orElseThrow();
        int runs = (int) Math.max(1, SAMPLE_NANOS / Math.max(1, shortest));
        if (spent[i] + runs * shortest <= budgetNanos) {
          double nanos = sample(actions.get(i), runs);
          samples.get(i).add(nanos);
          spent[i] += runs * nanos;
          running = true;
        }
      }
    }
    return samples.stream().map(Sample::of).toList();
  }

  /**
   * Runs for the time of one contender, at least once: what is interpreted at first, as vector code
   * is, would otherwise use up its time before the JIT has compiled it.
   */
  private void warmUp(Runnable action) {
    double spent = 0;
    do {
      spent += sample(action, 1);
    } while (spent < budgetNanos);
  }

  private double sample(Runnable action, int runs) {
    long start = now();
    for (int run = 0; run < runs; run++) {
      action.run();
    }
    return Math.max(1, (double) (now() - start) / runs);
  }

  private long now() {
    return cpuTime ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
  }

  /**
   * What was measured.
   *
   * @param count samples
   * @param best nanoseconds of a run in the fastest
   * @param median nanoseconds of a run in the median
   */
  record Sample(int count, double best, double median) {

    static Sample of(List<Double> nanos) {
      double[] sorted = nanos.stream().mapToDouble(d -> d).toArray();
      Arrays.sort(sorted);
      return new Sample(sorted.length, sorted[0], sorted[sorted.length / 2]);
    }
  }
}
