package dev.ternary.cli.quickstart;

import java.time.Duration;
import java.util.Arrays;

/** Times of warm code. */
final class Timing {

  private static final long WARM_UP_NANOS = Duration.ofMillis(700).toNanos();
  private static final int CALLS = 401;
  private static final int BATCHES = 7;

  /** A slow kernel is timed less often. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(4).toNanos();

  private Timing() {}

  /** Median time of a short call in microseconds. */
  static double medianMicros(Runnable call) {
    warmUp(call);
    return median(CALLS, call) / 1e3;
  }

  /** Items a second of a call that handles {@code items}, from the median of several calls. */
  static double itemsPerSecond(int items, Runnable call) {
    warmUp(call);
    return items / (median(BATCHES, call) / 1e9);
  }

  private static long median(int most, Runnable call) {
    long[] nanos = new long[most];
    int calls = 0;
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (calls < most && (calls == 0 || System.nanoTime() < end)) {
      long start = System.nanoTime();
      call.run();
      nanos[calls++] = System.nanoTime() - start;
    }
    Arrays.sort(nanos, 0, calls);
    return nanos[calls / 2];
  }

  private static void warmUp(Runnable call) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    do {
      call.run();
    } while (System.nanoTime() < end);
  }
}
