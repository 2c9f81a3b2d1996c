package dev.ternary.training;

/** The loss is no finite number any more; the model holds the last good state there is. */
public final class TrainingDivergedException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  /** The step whose loss it was, from 1. */
  private final long step;

  /**
   * Says at which step, and what is left.
   *
   * @param step whose loss it was, from 1
   * @param kept which state the model keeps, as the end of the message
   */
  public TrainingDivergedException(long step, double loss, String kept) {
    super("training diverged: the loss of step " + step + " is " + loss + "; " + kept);
    this.step = step;
  }

  /** The step whose loss is no number, from 1. */
  public long step() {
    return step;
  }
}
