package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.testkit.Allocations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ParallelismTest {

  private record Range(int worker, int from, int to) {}

  @Test
  void coversEachIndexOnceInPartsThatStartAtMultiples() {
    for (int threads = 1; threads <= 5; threads++) {
      try (Parallelism parallelism = Parallelism.of(threads)) {
        for (int count : new int[] {0, 1, 2, 7, 31, 32, 33, 64, 100, 1000}) {
          for (int multiple : new int[] {1, 2, 32}) {
            var visits = new AtomicIntegerArray(count);
            for (Range range : ranges(parallelism, count, multiple)) {
              assertThat(range.from() % multiple).isZero();
              for (int i = range.from(); i < range.to(); i++) {
                visits.incrementAndGet(i);
              }
            }
            for (int i = 0; i < count; i++) {
              assertThat(visits.get(i)).as("%d of %d on %d", i, count, threads).isEqualTo(1);
            }
          }
        }
      }
    }
  }

  @Test
  void theSameWorkerGetsTheSamePartEveryTime() {
    try (Parallelism three = Parallelism.of(3)) {
      List<Range> first = ranges(three, 100, 8);
      assertThat(first)
          .containsExactlyInAnyOrder(
              new Range(0, 0, 32), new Range(1, 32, 64), new Range(2, 64, 100));
      for (int i = 0; i < 50; i++) {
        assertThat(ranges(three, 100, 8)).containsExactlyInAnyOrderElementsOf(first);
      }
    }
  }

  private static List<Range> ranges(Parallelism parallelism, int count, int multiple) {
    List<Range> ranges = new ArrayList<>();
    parallelism.forParts(
        count,
        multiple,
        (worker, from, to) -> {
          synchronized (ranges) {
            ranges.add(new Range(worker, from, to));
          }
        });
    return ranges;
  }

  @Test
  void theCallerAndAnotherThreadWorkAtTheSameTime() {
    try (Parallelism two = Parallelism.of(2)) {
      var threads = new Thread[2];
      var both = new CyclicBarrier(2);
      two.forParts(
          2,
          1,
          (worker, _, _) -> {
            await(both);
            threads[worker] = Thread.currentThread();
          });
      assertThat(threads[0]).isSameAs(Thread.currentThread());
      assertThat(threads[1]).isNotSameAs(Thread.currentThread());
      assertThat(threads[1].isDaemon()).isTrue();
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void noPartIsSmallerThanAsked() {
    try (Parallelism four = Parallelism.of(4);
        Parallelism always = Parallelism.always(4)) {
      assertThat(parts(four, 100, 101)).isEqualTo(1);
      assertThat(parts(four, 100, 51)).isEqualTo(1);
      assertThat(parts(four, 100, 50)).isEqualTo(2);
      assertThat(parts(four, 100, 25)).isEqualTo(4);
      assertThat(parts(four, 100, 1)).isEqualTo(4);
      assertThat(parts(always, 100, 101)).isEqualTo(4);
    }
    assertThat(Parallelism.leastRows(1000, 3, 100)).isEqualTo(4);
    assertThat(Parallelism.leastRows(1000, 0, 0)).isEqualTo(1000);
    assertThat(Parallelism.leastRows(1000, Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(1);
    assertThat(Parallelism.leastRows(Long.MAX_VALUE, 1, 1)).isEqualTo(Integer.MAX_VALUE);
  }

  private static int parts(Parallelism parallelism, int count, int least) {
    var parts = new AtomicInteger();
    parallelism.forParts(count, 1, least, (_, _, _) -> parts.incrementAndGet());
    return parts.get();
  }

  @Test
  void callersThatShareTheThreadsAllGetTheirParts() throws Exception {
    try (Parallelism two = Parallelism.of(2);
        var callers = Executors.newFixedThreadPool(4)) {
      var sums = new ArrayList<Future<Long>>();
      for (int i = 0; i < 4; i++) {
        sums.add(
            callers.submit(() -> {
              var sum = new AtomicLong();
              for (int round = 0; round < 5000; round++) {
                two.forParts(10, 1, (_, from, to) -> sum.addAndGet(sum(from, to)));
              }
              return sum.get();
            }));
      }
      for (Future<Long> sum : sums) {
        assertThat(sum.get(60, TimeUnit.SECONDS)).isEqualTo(5000L * 45);
      }
    }
  }

  private static long sum(int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += i;
    }
    return sum;
  }

  @Test
  void aPartMayShareItsOwnWork() {
    try (Parallelism two = Parallelism.of(2)) {
      var sum = new AtomicLong();
      two.forParts(
          2, 1, (_, _, _) -> two.forParts(10, 1, (_, from, to) -> sum.addAndGet(sum(from, to))));
      assertThat(sum.get()).isEqualTo(90);
    }
  }

  @Test
  void sleepsBetweenProductsAndWakesUp() throws Exception {
    try (Parallelism two = Parallelism.of(2)) {
      var worker = new Thread[1];
      var both = new CyclicBarrier(2);
      for (int round = 0; round < 3; round++) {
        two.forParts(
            2,
            1,
            (number, _, _) -> {
              await(both);
              if (number == 1) {
                worker[0] = Thread.currentThread();
              }
            });
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (worker[0].getState() != Thread.State.WAITING && System.nanoTime() < until) {
          Thread.sleep(1);
        }
        assertThat(worker[0].getState()).isEqualTo(Thread.State.WAITING);
      }
    }
  }

  @Test
  void allocatesNextToNothingOnceWarm() {
    try (Parallelism two = Parallelism.of(2)) {
      Parallelism.Part part = (_, _, _) -> {};
      Runnable product = () -> two.forParts(100, 1, part);
      // The numbers of the split.
      long limit = 64;
      assertThat(Allocations.perRunOnceWarm(product, limit, Duration.ofSeconds(20)))
          .isLessThanOrEqualTo(limit);
    }
  }

  @Test
  void closedItRefusesToShare() {
    Parallelism two = Parallelism.of(2);
    two.close();
    two.close();
    assertThatThrownBy(() -> two.forParts(2, 1, (_, _, _) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Parallelism is closed");
    assertThat(parts(two, 1, 1)).isEqualTo(1);
  }

  @Test
  void aFailureOfAnyPartReachesTheCallerOnceAllPartsHaveEnded() {
    try (Parallelism three = Parallelism.of(3)) {
      for (int bad = 0; bad < 3; bad++) {
        int failing = bad;
        var ended = new AtomicIntegerArray(3);
        assertThatThrownBy(() ->
                three.forParts(
                    3,
                    1,
                    (worker, _, _) -> {
                      if (worker == failing) {
                        throw new IllegalArgumentException("part " + worker);
                      }
                      pause();
                      ended.set(worker, 1);
                    }))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("part " + bad);
        for (int worker = 0; worker < 3; worker++) {
          assertThat(ended.get(worker)).isEqualTo(worker == bad ? 0 : 1);
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anInterruptWaitsForThePartsAndIsPassedOn() {
    try (Parallelism two = Parallelism.of(2)) {
      var ended = new AtomicIntegerArray(2);
      var started = new CountDownLatch(2);
      Thread.currentThread().interrupt();
      two.forParts(
          2,
          1,
          (worker, _, _) -> {
            started.countDown();
            if (worker == 1) {
              pause();
            }
            while (started.getCount() > 0) {
              Thread.onSpinWait();
            }
            ended.set(worker, 1);
          });
      assertThat(Thread.interrupted()).isTrue();
      assertThat(ended.get(1)).isEqualTo(1);
    }
  }

  @Test
  void oneThreadIsTheCallerAlone() {
    assertThat(Parallelism.of(1)).isSameAs(Parallelism.single());
    assertThat(Parallelism.single().threads()).isEqualTo(1);
    Parallelism.single().close();
    assertThat(ranges(Parallelism.single(), 5, 2)).containsExactly(new Range(0, 0, 5));
  }

  @Test
  void refusesNoThreads() {
    assertThatThrownBy(() -> Parallelism.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("at least 1 thread is needed, got 0");
  }
}
