package dev.ternary.cli.bench;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times contenders in turns, so that whatever else the machine does falls on all of them. The best
 * of the rounds is what the code can do; the median shows how much the machine was disturbed.
 */
final class Race {

  private static final long WARM_UP_NANOS = 200_000_000;
  private static final long ROUND_NANOS = 1_500_000;

  private final List<Contender> contenders;
  private final int rounds;

  @SuppressWarnings("UnusedVariable") // written so that no result can be optimised away
  private volatile Object sink = "";

  Race(List<Contender> contenders, int rounds) {
    this.contenders = List.copyOf(contenders);
    this.rounds = rounds;
  }

  /**
   * Times of one contender.
   *
   * @param bestNanos least time of a call over all rounds
   * @param medianNanos median over all rounds
   * @param allocated bytes allocated a call; -1 where the JVM does not say
   */
  record Times(double bestNanos, double medianNanos, long allocated) {}

  /** The times by name. */
  Map<String, Times> run() {
    double[][] nanos = new double[contenders.size()][rounds];
    for (Contender contender : contenders) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < WARM_UP_NANOS) {
        sink = contender.code().run();
      }
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < nanos.length; i++) {
        nanos[i][round] = time(contenders.get(i).code());
      }
    }
    var times = new LinkedHashMap<String, Times>();
    for (int i = 0; i < nanos.length; i++) {
      Arrays.sort(nanos[i]);
      Contender contender = contenders.get(i);
      times.put(
          contender.name(),
          new Times(nanos[i][0], nanos[i][rounds / 2], allocated(contender.code())));
    }
    return times;
  }

  private double time(Contender.Code code) {
    long calls = 0;
    long start = System.nanoTime();
    long elapsed;
    do {
      for (int i = 0; i < 4; i++) {
        sink = code.run();
      }
      calls += 4;
      elapsed = System.nanoTime() - start;
    } while (elapsed < ROUND_NANOS);
    return (double) elapsed / calls;
  }

  private long allocated(Contender.Code code) {
    if (!(ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads)
        || !threads.isThreadAllocatedMemorySupported()) {
      return -1;
    }
    int calls = 100;
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < calls; i++) {
      sink = code.run();
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / calls;
  }
}
