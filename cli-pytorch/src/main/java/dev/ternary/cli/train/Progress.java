package dev.ternary.cli.train;

import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.report.Numbers;
import dev.ternary.training.TrainingListener;
import java.util.Optional;

/** Shows a training: a bar over all steps, and a line for each epoch. */
public final class Progress implements TrainingListener, AutoCloseable {

  private final Terminal terminal;
  private final String what;
  private final String measured;
  private Optional<ProgressBar> bar = Optional.empty();
  private String last = "";

  /**
   * A training that has not begun.
   *
   * @param what it trains
   * @param measured the images that accuracy is measured on after each epoch
   */
  public Progress(Terminal terminal, String what, String measured) {
    this.terminal = terminal;
    this.what = what;
    this.measured = measured;
  }

  @Override
  public void step(Step step) {
    if (bar.isEmpty()) {
      // A resumed training begins in the middle.
      bar = Optional.of(terminal.progress(what, step.steps()).from(step.step() - 1));
    }
    bar.get()
        .at(
            step.step(),
            "loss "
                + Numbers.fixed(step.loss(), 3)
                + ", "
                + Numbers.count(Math.round(step.examplesPerSecond()))
                + " images/s"
                + last);
  }

  @Override
  public void epoch(Epoch epoch) {
    last = ", " + measured + " " + Numbers.percent(epoch.testAccuracy());
    bar.ifPresent(b ->
        b.line(
            what
                + ": epoch "
                + epoch.epoch()
                + " of "
                + epoch.epochs()
                + ", loss "
                + Numbers.fixed(epoch.loss(), 4)
                + last
                + ", "
                + Numbers.fixed(epoch.seconds(), 1)
                + " s"));
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
