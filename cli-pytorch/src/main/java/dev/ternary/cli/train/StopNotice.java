package dev.ternary.cli.train;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.training.TrainingListener;

/** Says how to go on where Ctrl-C ends a training. */
final class StopNotice implements TrainingListener, AutoCloseable {

  private final Terminal terminal;
  private final TrainOptions options;
  private final TrainFiles files;
  private final String network;
  private final Thread atExit;
  private volatile int epoch = 1;

  /**
   * Watches a training.
   *
   * @param network what it trains
   */
  StopNotice(Terminal terminal, TrainOptions options, TrainFiles files, String network) {
    this.terminal = terminal;
    this.options = options;
    this.files = files;
    this.network = network;
    atExit = new Thread(this::say, "ternary-stop-notice");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private void say() {
    if (terminal.interactive()) {
      // The bar and ^C stand in the line of the cursor.
      terminal.note("");
    }
    terminal.note(text());
  }

  /** Such as {@code stopped in epoch 3 of 3 (float32); go on: ./ternary train mlp --resume}. */
  String text() {
    String where = "stopped in epoch " + epoch + " of " + options.epochs() + " (" + network + ")";
    return files.hasCheckpoint()
        ? where + "; go on: " + options.resumeLine()
        : where + ", before there was a checkpoint to go on from";
  }

  @Override
  public void step(Step step) {
    long stepsAnEpoch = Math.max(1, step.steps() / options.epochs());
    epoch = (int) Math.min(options.epochs(), (step.step() - 1) / stepsAnEpoch + 1);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException _) {
      // The process ends, and the notice is being said.
    }
  }
}
