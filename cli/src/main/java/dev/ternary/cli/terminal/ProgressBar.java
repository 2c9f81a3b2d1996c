package dev.ternary.cli.terminal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Progress of one piece of work. On a terminal a bar that moves, with the time left, never longer
 * than a line; elsewhere one line when it is done. Says nothing where the work takes less than two
 * seconds.
 */
public final class ProgressBar implements AutoCloseable {

  private static final int WIDTH = 28;
  private static final int LEAST_WIDTH = 8;
  private static final long SHOW_AFTER_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();

  private final Screen screen;
  private final String what;
  private final long total;
  private final LongSupplier clock;
  private final long start;
  private long lastDrawn;
  private String detail = "";
  private long done;
  private long before;

  ProgressBar(Screen screen, String what, long total) {
    this(screen, what, total, System::nanoTime);
  }

  /** A bar with another clock, in nanoseconds. */
  ProgressBar(Screen screen, String what, long total, LongSupplier clock) {
    this.screen = screen;
    this.clock = clock;
    this.start = clock.getAsLong();
    this.what = what;
    this.total = total;
  }

  /** Says that so many steps were done before the bar began, and took it no time. */
  public ProgressBar from(long doneBefore) {
    before = doneBefore;
    return this;
  }

  /** Writes a line above the bar, or where there is none. */
  public void line(String text) {
    if (screen.interactive()) {
      screen.redraw("");
    }
    screen.note(text);
    lastDrawn = 0;
  }

  /**
   * Says that {@code done} of the steps are done, with a few words on the state of the work. Of
   * parts with commas between them the last ones are left out where a line is too short.
   */
  public void at(long done, String detail) {
    this.done = done;
    this.detail = detail;
    long now = clock.getAsLong();
    if (screen.interactive() && now - start > SHOW_AFTER_NANOS && now - lastDrawn > REDRAW_NANOS) {
      lastDrawn = now;
      screen.redraw(bar(now - start, room()));
    }
  }

  /** The last column stays free: some terminals begin a new line there. */
  private int room() {
    return screen.columns() - 1;
  }

  /** The bar after so much time, in at most {@code room} characters. */
  private String bar(long elapsedNanos, int room) {
    double share = total == 0 ? 1 : Math.min(1, (double) done / total);
    String percent = "] " + (int) (100 * share) + " %";
    int width = Math.clamp((long) room - what.length() - 2 - percent.length(), LEAST_WIDTH, WIDTH);
    int filled = (int) (share * width);
    List<String> parts = new ArrayList<>();
    parts.add(what + " [" + "#".repeat(filled) + ".".repeat(width - filled) + percent);
    if (done > before) {
      long left = (long) (elapsedNanos * (double) (total - done) / (done - before));
      parts.add(seconds(left) + " left");
    }
    return fit(parts, detail, room);
  }

  private static String fit(List<String> first, String detail, int room) {
    List<String> parts = new ArrayList<>(first);
    if (!detail.isEmpty()) {
      parts.addAll(List.of(detail.split(", ", -1)));
    }
    while (parts.size() > 1 && String.join(", ", parts).length() > room) {
      parts.removeLast();
    }
    String line = String.join(", ", parts);
    return line.length() <= room ? line : line.substring(0, Math.max(0, room));
  }

  private static String seconds(long nanos) {
    long seconds = Math.ceilDiv(nanos, 1_000_000_000L);
    return seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
  }

  /** Ends the bar with one line on the time taken. */
  @Override
  public void close() {
    long elapsed = clock.getAsLong() - start;
    if (elapsed < SHOW_AFTER_NANOS) {
      return;
    }
    String end = fit(List.of(what + ": " + seconds(elapsed)), detail, room());
    if (screen.interactive()) {
      screen.redraw(end);
      screen.note("");
    } else {
      screen.note(end);
    }
  }
}
