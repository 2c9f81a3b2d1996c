package dev.ternary.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Times actions in turns, round after round, so that what else happens on the machine meets all of
 * them. The best of the rounds is what the code can do; the median shows how much the machine was
 * disturbed.
 *
 * @param clock what is counted
 * @param warmUp each action runs for so long before, and at least once; then up to ten times as
 *     long while it becomes faster
 * @param sample one sample takes at least so long, in as many runs as that needs
 * @param rounds samples of an action, at most
 * @param budget time for the samples of one action; there is one sample in any case
 */
public record Stopwatch(
    Clock clock, Duration warmUp, Duration sample, int rounds, Duration budget) {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What takes more than this share of the time it took before has become no faster. */
  private static final double STEADY = 0.9;

  private static final int MOST_HALVES = 20;

  private static final Duration SAMPLE = Duration.ofMillis(1);

  public Stopwatch {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be 1 or more, got " + rounds);
    }
  }

  /** Samples of a millisecond in so many rounds, on the clock for so many threads. */
  public static Stopwatch ofRounds(int threads, int rounds) {
    return new Stopwatch(
        Clock.ofThreads(threads), Duration.ofMillis(200), SAMPLE, rounds, Duration.ofDays(1));
  }

  /** Samples of a millisecond for so long, after as long to warm up. */
  public static Stopwatch ofBudget(int threads, Duration budget) {
    return new Stopwatch(Clock.ofThreads(threads), budget, SAMPLE, Integer.MAX_VALUE, budget);
  }

  /** The same after another time to warm up. */
  public Stopwatch withWarmUp(Duration time) {
    return new Stopwatch(clock, time, sample, rounds, budget);
  }

  /**
   * What was measured of one action.
   *
   * @param count samples
   * @param best nanoseconds of a run in the fastest
   * @param median nanoseconds of a run in the median
   * @param allocated bytes that the calling thread allocated in a run; -1 where the JVM does not
   *     say
   */
  public record Sample(int count, double best, double median, long allocated) {

    /** The best and the median of times that were taken elsewhere. */
    public static Sample of(List<Double> nanos) {
      return of(nanos, -1);
    }

    private static Sample of(List<Double> nanos, long allocated) {
      double[] sorted = nanos.stream().mapToDouble(d -> d).toArray();
      Arrays.sort(sorted);
      return new Sample(sorted.length, sorted[0], sorted[sorted.length / 2], allocated);
    }
  }

  /** Times one action. */
  public Sample time(Supplier<?> action) {
    return time(List.of(action)).getFirst();
  }

  /** Times the actions, whose results are kept so that none is optimised away. */
  public List<Sample> time(List<? extends Supplier<?>> actions) {
    List<Lane> lanes = actions.stream().map(Lane::new).toList();
    lanes.forEach(Lane::warmUp);
    boolean running = true;
    while (running) {
      running = false;
      for (Lane lane : lanes) {
        if (lane.hasTime()) {
          lane.sample();
          running = true;
        }
      }
    }
    return lanes.stream().map(Lane::result).toList();
  }

  /** One action and its times. */
  private final class Lane {

    private final Supplier<?> action;
    private final List<Double> nanos = new ArrayList<>();
    private double shortest;
    private double spent;
    private long runs;
    private long allocated;

    @SuppressWarnings("UnusedVariable") // written so that no result can be optimised away
    private volatile Object sink = "";

    Lane(Supplier<?> action) {
      this.action = action;
    }

    /**
     * What is interpreted at first, as vector code is, would otherwise use up its time before the
     * JIT has compiled it, which on a busy machine takes seconds: it goes on, half a warm-up at a
     * time, while runs become faster. The count of runs grows until they fill a sample, so that
     * reading the clock does not count in a time that is short.
     */
    void warmUp() {
      int count = 1;
      double before;
      double mean = Double.POSITIVE_INFINITY;
      int halves = 0;
      do {
        before = mean;
        double used = 0;
        long done = 0;
        do {
          shortest = run(count);
          used += count * shortest;
          done += count;
          if (count * shortest < sample.toNanos() && count < 1 << 20) {
            count *= 2;
          }
        } while (used < warmUp.toNanos() / 2.0);
        mean = used / done;
        halves++;
      } while (!warmUp.isZero() && mean < STEADY * before && halves < MOST_HALVES);
      allocated = 0;
      runs = 0;
    }

    boolean hasTime() {
      return nanos.isEmpty()
          || (nanos.size() < rounds && spent + runsOfSample() * shortest <= budget.toNanos());
    }

    private int runsOfSample() {
      return (int) Math.clamp(sample.toNanos() / shortest, 1, 1 << 30);
    }

    void sample() {
      int count = runsOfSample();
      double time = run(count);
      nanos.add(time);
      spent += count * time;
      shortest = Math.min(shortest, time);
    }

    /** Nanoseconds of one of {@code count} runs. */
    private double run(int count) {
      long before = allocatedBytes();
      long start = clock.nanos();
      for (int i = 0; i < count; i++) {
        sink = action.get();
      }
      long end = clock.nanos();
      allocated += allocatedBytes() - before;
      runs += count;
      return Math.max(1, end - start) / (double) count;
    }

    Sample result() {
      return Sample.of(nanos, allocatedBytes() < 0 ? -1 : allocated / runs);
    }
  }

  private static long allocatedBytes() {
    return THREADS instanceof com.sun.management.ThreadMXBean threads
            && threads.isThreadAllocatedMemorySupported()
        ? threads.getCurrentThreadAllocatedBytes()
        : -1;
  }
}
