package dev.ternary.training;

/**
 * How to train. Immutable; the {@code with...} methods return a changed copy.
 *
 * @param epochs passes over the examples, 1 or more
 * @param batchSize examples a step, 1 or more; the rest of an epoch that fills no batch is left out
 * @param learningRate schedule over all steps
 * @param weightDecay decoupled decay (AdamW) of parameters of rank 2 or more except learned scales,
 *     a share a step of rate 1
 * @param augmentation change of the training examples
 * @param seed of initialisation, order and augmentation
 * @param keepBest whether the model ends with the parameters of its best epoch by accuracy on the
 *     validation examples, instead of the last
 * @param patience the training stops when accuracy on the validation examples has not risen for so
 *     many epochs; 0 never stops it
 */
public record TrainingOptions(
    int epochs,
    int batchSize,
    LearningRate learningRate,
    double weightDecay,
    Augmentation augmentation,
    long seed,
    boolean keepBest,
    int patience) {

  /** Checks the numbers. */
  public TrainingOptions {
    if (epochs < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "training needs 1 epoch and a batch of 1 or more, got " + epochs + " and " + batchSize);
    }
    if (!(weightDecay >= 0)) {
      throw new IllegalArgumentException("weight decay must be 0 or more, got " + weightDecay);
    }
    if (patience < 0) {
      throw new IllegalArgumentException("patience must be 0 or more, got " + patience);
    }
  }

  /** Adam with a cosine schedule from {@code rate}, batches of 128, no decay, seed 1. */
  public static TrainingOptions of(int epochs, double rate) {
    return new TrainingOptions(
        epochs, 128, new LearningRate.Cosine(rate, 100), 0, new Augmentation.None(), 1, false, 0);
  }

  /** Another batch size. */
  public TrainingOptions withBatchSize(int size) {
    return new TrainingOptions(
        epochs, size, learningRate, weightDecay, augmentation, seed, keepBest, patience);
  }

  /** Another schedule. */
  public TrainingOptions withLearningRate(LearningRate schedule) {
    return new TrainingOptions(
        epochs, batchSize, schedule, weightDecay, augmentation, seed, keepBest, patience);
  }

  /** Another weight decay. */
  public TrainingOptions withWeightDecay(double decay) {
    return new TrainingOptions(
        epochs, batchSize, learningRate, decay, augmentation, seed, keepBest, patience);
  }

  /** Another augmentation. */
  public TrainingOptions withAugmentation(Augmentation change) {
    return new TrainingOptions(
        epochs, batchSize, learningRate, weightDecay, change, seed, keepBest, patience);
  }

  /** Another seed. */
  public TrainingOptions withSeed(long other) {
    return new TrainingOptions(
        epochs, batchSize, learningRate, weightDecay, augmentation, other, keepBest, patience);
  }

  /** Ends with the best epoch instead of the last. */
  public TrainingOptions keepingBest() {
    return new TrainingOptions(
        epochs, batchSize, learningRate, weightDecay, augmentation, seed, true, patience);
  }

  /** Stops when accuracy on the validation examples has not risen for so many epochs. */
  public TrainingOptions withPatience(int stalledEpochs) {
    return new TrainingOptions(
        epochs, batchSize, learningRate, weightDecay, augmentation, seed, keepBest, stalledEpochs);
  }
}
