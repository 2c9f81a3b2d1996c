package dev.ternary.cli.terminal;

import java.time.Duration;

/**
 * Progress of one piece of work. On a terminal a bar that moves, with the time left; elsewhere one
 * line when it is done. Says nothing where the work takes less than two seconds.
 */
public final class ProgressBar implements AutoCloseable {

  private static final int WIDTH = 28;
  private static final long SHOW_AFTER_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();

  private final Terminal terminal;
  private final String what;
  private final long total;
  private final long start = System.nanoTime();
  private long lastDrawn;
  private String detail = "";
  private long done;
  private long before;

  ProgressBar(Terminal terminal, String what, long total) {
    this.terminal = terminal;
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
    if (terminal.interactive()) {
      terminal.redraw("");
    }
    terminal.note(text);
    lastDrawn = 0;
  }

  /** Says that {@code done} of the steps are done, with a few words on the state of the work. */
  public void at(long done, String detail) {
    this.done = done;
    this.detail = detail;
    long now = System.nanoTime();
    if (terminal.interactive()
        && now - start > SHOW_AFTER_NANOS
        && now - lastDrawn > REDRAW_NANOS) {
      lastDrawn = now;
      terminal.redraw(bar(now - start));
    }
  }

  private String bar(long elapsedNanos) {
    double share = total == 0 ? 1 : Math.min(1, (double) done / total);
    int filled = (int) (share * WIDTH);
    String left =
        done <= before
            ? ""
            : ", "
                + seconds((long) (elapsedNanos * (double) (total - done) / (done - before)))
                + " left";
    return what
        + " ["
        + "#".repeat(filled)
        + ".".repeat(WIDTH - filled)
        + "] "
        + (int) (100 * share)
        + " %"
        + left
        + (detail.isEmpty() ? "" : ", " + detail);
  }

  private static String seconds(long nanos) {
    long seconds = Math.ceilDiv(nanos, 1_000_000_000L);
    return seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
  }

  /** Ends the bar with one line on the time taken. */
  @Override
  public void close() {
    long elapsed = System.nanoTime() - start;
    if (elapsed < SHOW_AFTER_NANOS) {
      return;
    }
    String end = what + ": " + seconds(elapsed) + (detail.isEmpty() ? "" : ", " + detail);
    if (terminal.interactive()) {
      terminal.redraw(end);
      terminal.note("");
    } else {
      terminal.note(end);
    }
  }
}
