package dev.ternary.cli.quickstart;

import dev.ternary.measure.Clock;
import dev.ternary.measure.Stopwatch;
import java.time.Duration;

/**
 * Times of warm code.
 *
 * @param warmUp time that a call is repeated before it is measured
 */
record Timing(Duration warmUp) {

  private static final int CALLS = 401;
  private static final int BATCHES = 7;

  /** A slow kernel is timed less often. */
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /** Median time of a short call in microseconds. */
  double medianMicros(Runnable call) {
    return median(CALLS, call) / 1e3;
  }

  /** Items a second of a call that handles {@code items}, from the median of several calls. */
  double itemsPerSecond(int items, Runnable call) {
    return items / (median(BATCHES, call) / 1e9);
  }

  /** Each sample is one call, in time that passes: the kernels take several threads. */
  private double median(int most, Runnable call) {
    var stopwatch = new Stopwatch(Clock.ELAPSED, warmUp, Duration.ZERO, most, PATIENCE);
    return stopwatch
        .time(() -> {
          call.run();
          return call;
        })
        .median();
  }
}
