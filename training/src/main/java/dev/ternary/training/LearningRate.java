package dev.ternary.training;

/** How the learning rate goes over a training. */
public sealed interface LearningRate {

  /** The rate at step {@code step} of {@code steps}, both counted from 0. */
  double at(long step, long steps);

  /**
   * One rate all the time.
   *
   * @param rate the rate, above 0
   */
  record Constant(double rate) implements LearningRate {
    /** Checks the rate. */
    public Constant {
      requireRate(rate);
    }

    @Override
    public double at(long step, long steps) {
      return rate;
    }
  }

  /**
   * Rises linearly over the warm-up, then falls along half a cosine to 0.
   *
   * @param rate the highest rate, above 0
   * @param warmupSteps steps until it is reached, 0 or more
   */
  record Cosine(double rate, long warmupSteps) implements LearningRate {
    /** Checks rate and warm-up. */
    public Cosine {
      requireRate(rate);
      if (warmupSteps < 0) {
        throw new IllegalArgumentException("warm-up must be 0 steps or more, got " + warmupSteps);
      }
    }

    @Override
    public double at(long step, long steps) {
      if (step < warmupSteps) {
        return rate * (step + 1) / warmupSteps;
      }
      double done = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
      return rate * 0.5 * (1 + StrictMath.cos(Math.PI * Math.min(1, done)));
    }
  }

  /**
   * Multiplied by a factor each time a share of the training is over.
   *
   * @param rate the first rate, above 0
   * @param factor what it is multiplied by, above 0
   * @param times how often, spread evenly over the training, 0 or more
   */
  record Step(double rate, double factor, int times) implements LearningRate {
    /** Checks the numbers. */
    public Step {
      requireRate(rate);
      if (!(factor > 0) || times < 0) {
        throw new IllegalArgumentException(
            "a step schedule needs a factor above 0 and 0 or more times, got "
                + factor
                + " and "
                + times);
      }
    }

    @Override
    public double at(long step, long steps) {
      long passed = step * (times + 1L) / Math.max(1, steps);
      return rate * StrictMath.pow(factor, (double) Math.min(times, passed));
    }
  }

  private static void requireRate(double rate) {
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException("learning rate must be above 0, got " + rate);
    }
  }
}
