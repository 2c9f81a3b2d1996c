package dev.ternary.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Times actions in turns, round after round, so that what else happens on the machine meets all of
 * them. The best of the rounds is what the code can do; the median shows how much the machine was
 * disturbed.
 *
 * <p>Before, each action warms up, also in turns, until it is steady: the fastest runs of its last
 * three windows, each a third of the time to warm up, lie within a tenth of each other, and the JIT
 * has nothing of it left to optimise. It stops after ten times the time to warm up in any case, and
 * {@link Sample#steady} says how it ended.
 *
 * @param clock what is counted
 * @param warmUp each action runs for so long before, and at least once; then up to ten times as
 *     long until it is steady
 * @param sample one sample takes at least so long, in as many runs as that needs
 * @param rounds samples of an action, at most
 * @param budget time for the samples of one action; there is one sample in any case
 */
public record Stopwatch(
    Clock clock, Duration warmUp, Duration sample, int rounds, Duration budget) {

  /** Windows that are compared, and that the time to warm up consists of. */
  static final int WINDOWS = 3;

  /** A window that takes more than this times as long as another is not as fast. */
  private static final double ALIKE = 1.1;

  /** The warm-up ends after so many times the time that was asked for. */
  private static final int MOST = 10;

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
   * Nanoseconds of a run.
   *
   * @param best of the fastest sample
   * @param median of the median sample
   */
  public record Times(double best, double median) {

    /** The best and the median of times, at least one. */
    public static Times of(List<Double> nanos) {
      double[] sorted = nanos.stream().mapToDouble(d -> d).toArray();
      Arrays.sort(sorted);
      return new Times(sorted[0], sorted[sorted.length / 2]);
    }
  }

  /**
   * What was measured of one action.
   *
   * @param count samples
   * @param times on the clock of the stopwatch; on {@link Clock#PROCESS}, whose steps are coarse,
   *     both are the mean of all samples
   * @param elapsed in time that passed
   * @param allocated bytes that the calling thread allocated in a run; -1 where the JVM does not
   *     say
   * @param steady whether its rate was steady after the warm-up; true where no time to warm up was
   *     asked for
   */
  public record Sample(int count, Times times, Times elapsed, long allocated, boolean steady) {

    /** Nanoseconds of a run in the fastest sample. */
    public double best() {
      return times.best();
    }

    /** Nanoseconds of a run in the median sample. */
    public double median() {
      return times.median();
    }
  }

  /** Times one action. */
  public Sample time(Supplier<?> action) {
    return time(List.of(action)).getFirst();
  }

  /** Times the actions, whose results are kept so that none is optimised away. */
  public List<Sample> time(List<? extends Supplier<?>> actions) {
    List<Lane> lanes =
        actions.stream().map(action -> new Lane(clock, sample.toNanos(), action)).toList();
    Set<Lane> steady = warmUp(lanes);
    boolean running = true;
    while (running) {
      running = false;
      for (Lane lane : lanes) {
        if (hasTime(lane)) {
          lane.sample();
          running = true;
        }
      }
    }
    return lanes.stream().map(lane -> result(lane, steady.contains(lane))).toList();
  }

  private boolean hasTime(Lane lane) {
    int done = lane.nanos().size();
    return done == 0 || (done < rounds && lane.spentWithOneMore() <= budget.toNanos());
  }

  private Sample result(Lane lane, boolean steady) {
    boolean coarse = clock == Clock.PROCESS;
    return new Sample(
        lane.nanos().size(),
        coarse ? new Times(lane.mean(), lane.mean()) : Times.of(lane.nanos()),
        Times.of(lane.elapsed()),
        lane.allocated(),
        steady);
  }

  /** Warms all up, in turns; returns those that became steady. */
  private Set<Lane> warmUp(List<Lane> lanes) {
    Set<Lane> steady = new HashSet<>();
    List<Lane> cold = new ArrayList<>(lanes);
    while (!cold.isEmpty()) {
      for (Lane lane : List.copyOf(cold)) {
        List<Double> windows = lane.warmUp(warmUp.toNanos() / (double) WINDOWS);
        boolean isSteady = warmUp.isZero() || (isSteady(windows) && !JitQueue.busy());
        if (isSteady || lane.warmed() >= MOST * (double) warmUp.toNanos()) {
          lane.begin();
          cold.remove(lane);
        }
        if (isSteady) {
          steady.add(lane);
        }
      }
    }
    return steady;
  }

  /** Whether the last windows are alike, of which each has the time of its fastest run. */
  static boolean isSteady(List<Double> windows) {
    if (windows.size() < WINDOWS) {
      return false;
    }
    List<Double> last = windows.subList(windows.size() - WINDOWS, windows.size());
    return Collections.max(last) <= ALIKE * Collections.min(last);
  }
}
