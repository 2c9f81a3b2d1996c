package dev.ternary.training;

/** The loss is no finite number any more; the model holds the last good state there is. */
public final class TrainingDivergedException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  /** The step whose loss it was, from 1. */
  private final long step;

  TrainingDivergedException(long step, double loss, String kept) {
    super("training diverged: the loss of step " + step + " is " + loss + "; " + kept);
    this.step = step;
  }

  /** The step whose loss is no number, from 1. */
  public long step() {
    return step;
  }
}
