package dev.ternary.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class StopwatchTest {

  private static final Duration NONE = Duration.ZERO;
  private static final Duration LONG = Duration.ofDays(1);

  /** Keeps the CPU busy for a while. */
  private static Object spin(long nanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      Thread.onSpinWait();
    }
    return "done";
  }

  @Test
  void takesTurnsFromRoundToRound() {
    var order = new ArrayList<String>();
    var watch = new Stopwatch(Clock.ELAPSED, NONE, NONE, 3, LONG);
    List<Stopwatch.Sample> samples =
        watch.time(List.of(() -> order.add("a"), () -> order.add("b")));
    assertThat(samples).extracting(Stopwatch.Sample::count).containsExactly(3, 3);
    // One run of each to warm up, then the rounds.
    assertThat(order).containsExactly("a", "b", "a", "b", "a", "b", "a", "b");
  }

  @Test
  void countsAsLongAsItTakes() {
    var watch = new Stopwatch(Clock.ELAPSED, NONE, NONE, 5, LONG);
    Stopwatch.Sample sample = watch.time(() -> spin(2_000_000));
    assertThat(sample.best()).isBetween(2e6, 1e9);
    assertThat(sample.median()).isGreaterThanOrEqualTo(sample.best());
  }

  @Test
  void cpuTimeDoesNotCountSleep() {
    assertThat(Clock.ofThreads(2)).isEqualTo(Clock.ELAPSED);
    Supplier<String> sleep =
        () -> {
          LockSupport.parkNanos(20_000_000);
          return "slept";
        };
    var elapsed = new Stopwatch(Clock.ELAPSED, NONE, NONE, 1, LONG).time(sleep);
    var cpu = new Stopwatch(Clock.CPU, NONE, NONE, 1, LONG).time(sleep);
    assertThat(cpu.best()).isLessThan(elapsed.best() / 2);
  }

  @Test
  void aSlowActionStillGetsOneSampleAndAFastOneManyRuns() {
    var runs = new int[1];
    var watch =
        new Stopwatch(Clock.ELAPSED, NONE, Duration.ofMillis(1), 100, Duration.ofMillis(20));
    List<Stopwatch.Sample> samples = watch.time(List.of(() -> spin(30_000_000), () -> runs[0]++));
    assertThat(samples.getFirst().count()).isEqualTo(1);
    assertThat(samples.getLast().count()).isGreaterThan(1);
    assertThat(runs[0]).isGreaterThan(100);
  }

  @Test
  void countsWhatARunAllocates() {
    var watch = new Stopwatch(Clock.ELAPSED, Duration.ofMillis(20), NONE, 50, LONG);
    assertThat(watch.time(() -> new byte[1 << 20]).allocated())
        .isBetween(1L << 20, (1L << 20) + 1024);
  }

  @Test
  void refusesNoRounds() {
    assertThatThrownBy(() -> Stopwatch.ofRounds(1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rounds must be 1 or more, got 0");
  }

  /** As code is that the JIT compiles late: 4.6 ms at first, 0.1 ms from the twelfth run on. */
  @Test
  void warmsUpUntilItBecomesNoFaster() {
    int[] runs = {0};
    var watch = new Stopwatch(Clock.ELAPSED, Duration.ofMillis(40), NONE, 3, LONG);
    Stopwatch.Sample sample =
        watch.time(() -> {
          runs[0]++;
          return spin(runs[0] < 12 ? 5_000_000 - 400_000 * runs[0] : 100_000);
        });
    assertThat(sample.median()).isLessThan(500_000);
  }

  @Test
  void isSteadyWhereThreeWindowsAreAlike() {
    assertThat(Stopwatch.isSteady(List.of(5.0, 5.0))).isFalse();
    assertThat(Stopwatch.isSteady(List.of(9.0, 5.0, 5.4))).isFalse();
    assertThat(Stopwatch.isSteady(List.of(9.0, 5.0, 5.5, 5.2))).isTrue();
    assertThat(Stopwatch.isSteady(List.of(5.0, 5.0, 5.0, 4.5))).isFalse(); // still faster
  }

  @Test
  void saysWhetherAnActionBecameSteady() {
    var watch = new Stopwatch(Clock.ELAPSED, NONE, NONE, 1, LONG);
    assertThat(watch.time(() -> "").steady()).isTrue(); // nobody asked
    int[] runs = {0};
    // Twice as long from run to run, so that no two windows are alike, until the ceiling of 100 ms.
    var warm = new Stopwatch(Clock.ELAPSED, Duration.ofMillis(10), NONE, 1, LONG);
    assertThat(warm.time(() -> spin(1_000_000L << runs[0]++)).steady()).isFalse();
    assertThat(runs[0]).isBetween(3, 9);
  }

  @Test
  void hasTheTimeThatPassedBesideItsOwnClock() {
    var watch = new Stopwatch(Clock.CPU, NONE, NONE, 3, LONG);
    Stopwatch.Sample sample =
        watch.time(() -> {
          LockSupport.parkNanos(20_000_000);
          return "slept";
        });
    assertThat(sample.elapsed().best()).isGreaterThan(2 * sample.best());
  }

  @Test
  void knowsFromTheJvmsAnswerWhetherTheJitWorks() {
    String idle =
        """
        Current compiles:
        C1 CompilerThread0  1736       3       dev.ternary.Loop::run (155 bytes)

        C1 compile queue:
        Empty

        C2 compile queue:
        1735       4       java.lang.String::startsWith (7 bytes)
        """;
    assertThat(JitQueue.hasWork(idle)).isFalse();
    assertThat(JitQueue.hasWork(idle + "1751 %     4       Main::main @ 78 (120 bytes)\n"))
        .isTrue();
    assertThat(
            JitQueue.hasWork(
                "C2 CompilerThread0  12    b  4       jdk.incubator.vector.ByteVector::add (9 bytes)"))
        .isTrue();
    assertThat(JitQueue.hasWork("")).isFalse();
  }

  /** Its steps are of 10 ms, so that it shows no time at all for one run. */
  @Test
  void theClockOfTheProcessMakesNoEndlessSamples() {
    assertThat(Clock.ofWork(1)).isEqualTo(Clock.ofThreads(1));
    assertThat(Clock.ofWork(2)).isIn(Clock.PROCESS, Clock.ELAPSED);
    int[] runs = {0};
    var watch =
        new Stopwatch(
            Clock.PROCESS, Duration.ofMillis(9), Duration.ofMillis(3), 5, Duration.ofMillis(30));
    Stopwatch.Sample sample =
        watch.time(() -> {
          runs[0]++;
          return spin(100_000);
        });
    assertThat(sample.elapsed().best()).isGreaterThanOrEqualTo(100_000);
    assertThat(sample.median()).isEqualTo(sample.best());
    // At most 90 ms to warm up but for its last window, and 30 ms of samples.
    assertThat(runs[0]).isBetween(4, 3000);
  }
}
