package dev.ternary.training;

import java.util.List;

/** Hears of a training's progress, on the thread that trains. */
public interface TrainingListener {

  /**
   * One step is done.
   *
   * @param step number of steps done
   * @param steps number of steps in all
   * @param loss of this step's batch
   * @param examplesPerSecond since the epoch began
   */
  record Step(long step, long steps, double loss, double examplesPerSecond) {}

  /**
   * One epoch is done.
   *
   * @param epoch number of epochs done
   * @param epochs number of epochs in all
   * @param loss mean over the epoch's steps
   * @param trainAccuracy share of the epoch's examples that were right when their step came
   * @param testAccuracy share of the validation examples that are right now; NaN without any
   * @param seconds time of the epoch with its evaluation
   */
  record Epoch(
      int epoch,
      int epochs,
      double loss,
      double trainAccuracy,
      double testAccuracy,
      double seconds) {

    /** Whether its accuracy on the validation examples is above that of all epochs before. */
    public boolean best(List<Epoch> before) {
      return before.stream().allMatch(e -> testAccuracy > e.testAccuracy());
    }
  }

  /** Called after every step. */
  default void step(Step step) {}

  /** Called after every epoch. */
  default void epoch(Epoch epoch) {}

  /** One that does nothing with what it hears. */
  static TrainingListener none() {
    return new TrainingListener() {};
  }

  /** One that passes on what it hears to others, in their order. */
  static TrainingListener all(List<? extends TrainingListener> listeners) {
    List<TrainingListener> all = List.copyOf(listeners);
    return new TrainingListener() {
      @Override
      public void step(Step step) {
        all.forEach(listener -> listener.step(step));
      }

      @Override
      public void epoch(Epoch epoch) {
        all.forEach(listener -> listener.epoch(epoch));
      }
    };
  }
}
