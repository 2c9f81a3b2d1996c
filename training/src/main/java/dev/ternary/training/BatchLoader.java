package dev.ternary.training;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Gathers and augments the next batches on other threads while the framework computes. What a batch
 * holds depends on seed, epoch and its number only, not on the threads. For use by one thread.
 */
public final class BatchLoader implements AutoCloseable {

  private final Examples examples;
  private final TrainingOptions options;
  private final ExecutorService threads;
  private final Queue<Future<Batch>> ahead = new ArrayDeque<>();
  private final Queue<Batch> free = new ArrayDeque<>();
  private int[] order = {};
  private int epoch;
  private int submitted;

  /**
   * A loader that has not begun an epoch.
   *
   * @param threadCount 1 or more
   */
  public BatchLoader(Examples examples, int classes, TrainingOptions options, int threadCount) {
    this.examples = examples;
    this.options = options;
    this.threads =
        Executors.newFixedThreadPool(
            threadCount, Thread.ofPlatform().daemon().name("batch-loader-", 1).factory());
    for (int i = 0; i < threadCount + 2; i++) {
      int elements = Math.toIntExact(examples.shape().elements());
      free.add(new Batch(options.batchSize(), elements, classes));
    }
  }

  /** Batches of an epoch; what fills no batch is left out. */
  public int batches() {
    return examples.size() / options.batchSize();
  }

  /** Begins an epoch, counted from 1. All batches of the one before must have been taken. */
  public void startEpoch(int number) {
    epoch = number;
    order = order(examples.size(), Seeds.of(options.seed(), epoch, -1));
    submitted = 0;
    loadAhead();
  }

  /** The next batch of the epoch; give it back when it is not needed any more. */
  public Batch next() {
    Future<Batch> first = ahead.remove();
    try {
      return first.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the training was interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("a batch could not be loaded", e.getCause());
    }
  }

  /** Lets a later batch use this memory. */
  public void giveBack(Batch batch) {
    free.add(batch);
    loadAhead();
  }

  private void loadAhead() {
    while (!free.isEmpty() && submitted < batches()) {
      Batch batch = free.remove();
      int from = submitted++ * options.batchSize();
      ahead.add(threads.submit(() -> load(batch, from)));
    }
  }

  private Batch load(Batch batch, int from) {
    int elements = Math.toIntExact(examples.shape().elements());
    int classes = batch.classes();
    Arrays.fill(batch.target(), 0);
    for (int i = 0; i < batch.size(); i++) {
      int example = order[from + i];
      examples.copy(example, batch.values(), i * elements);
      var random = new SplittableRandom(Seeds.of(options.seed(), epoch, example));
      options.augmentation().apply(examples.shape(), batch.values(), i * elements, random);
      batch.labels()[i] = examples.label(example);
      batch.target()[i * classes + batch.labels()[i]] = 1;
    }
    return batch;
  }

  private static int[] order(int count, long seed) {
    var random = new SplittableRandom(seed);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
