package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
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
  void theCallerWorksToo() {
    try (Parallelism two = Parallelism.of(2)) {
      var threads = new Thread[2];
      two.forParts(2, 1, (worker, _, _) -> threads[worker] = Thread.currentThread());
      assertThat(threads[0]).isSameAs(Thread.currentThread());
      assertThat(threads[1]).isNotSameAs(Thread.currentThread());
      assertThat(threads[1].isDaemon()).isTrue();
    }
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
      Thread.currentThread().interrupt();
      two.forParts(
          2,
          1,
          (worker, _, _) -> {
            if (worker == 1) {
              pause();
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
