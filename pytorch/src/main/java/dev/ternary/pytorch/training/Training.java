package dev.ternary.pytorch.training;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ternary.training.Batch;
import dev.ternary.training.BatchLoader;
import dev.ternary.training.Examples;
import dev.ternary.training.Seeds;
import dev.ternary.training.TrainingCheckpoint;
import dev.ternary.training.TrainingDivergedException;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Trains a classifier on examples in memory with Adam; batches are gathered on other threads. The
 * same model, examples, options and number of PyTorch threads give the same parameters, bit for
 * bit. One training at a time in a process: PyTorch's random numbers and DJL's gradients are
 * global.
 */
public final class Training {

  /** More would only wait: gathering a batch takes less time than a step. */
  private static final int MOST_LOADERS = 4;

  private final Model model;
  private final TrainingOptions options;
  private Optional<Distillation> distillation = Optional.empty();
  private Optional<TrainingCheckpoint> checkpoint = Optional.empty();

  /** Prepares the training of the model's block, which gives one score for each class. */
  public Training(Model model, TrainingOptions options) {
    this.model = model;
    this.options = options;
  }

  /**
   * Lets the model learn from a trained one too: the loss becomes {@code (1 - share)} times the
   * cross entropy to the labels plus {@code share * temperature^2} times that to the teacher's
   * probabilities at {@code temperature}.
   *
   * @param trained gives scores of the same shape; it is not changed
   */
  public Training distilling(Model trained, double share, double temperature) {
    distillation =
        Optional.of(new Distillation(trained.getBlock(), (float) share, (float) temperature));
    return this;
  }

  /** Keeps the state after each epoch, and goes on from it if that is asked for. */
  public Training checkpointing(TrainingCheckpoint where) {
    checkpoint = Optional.of(where);
    return this;
  }

  /**
   * Trains, and initializes the block first where it is not yet.
   *
   * @param validation examples to measure accuracy on after every epoch
   * @return one entry for each epoch, those before a resumed checkpoint too
   * @throws TrainingDivergedException if a loss is NaN or infinite. The model then holds its best
   *     epoch where {@link TrainingOptions#keepBest} is set, else the state before that step.
   * @throws IllegalArgumentException if there are fewer examples than fill a batch, a label is not
   *     below the number of scores, the best epoch is to be kept without validation examples, or
   *     the checkpoint to resume is of another training
   * @throws IOException if a checkpoint cannot be written or read
   */
  public List<TrainingListener.Epoch> run(
      Examples train, Optional<Examples> validation, TrainingListener listener) throws IOException {
    if (train.size() < options.batchSize()) {
      throw new IllegalArgumentException(
          "a batch of " + options.batchSize() + " needs as many examples, got " + train.size());
    }
    if ((options.keepBest() || options.patience() > 0) && validation.isEmpty()) {
      throw new IllegalArgumentException(
          (options.keepBest() ? "keeping the best epoch" : "stopping early")
              + " needs validation examples");
    }
    initialize(train);
    var run = new Run(train, validation, listener);
    run.resume();
    run.epochs();
    return List.copyOf(run.history);
  }

  /** As {@link #run(Examples, Optional, TrainingListener)}, without anybody who listens. */
  public List<TrainingListener.Epoch> run(Examples train, Optional<Examples> validation)
      throws IOException {
    return run(train, validation, TrainingListener.none());
  }

  private Engine engine() {
    return Engine.getEngine(model.getNDManager().getEngine().getEngineName());
  }

  private void seed(long epoch) {
    engine().setRandomSeed((int) Seeds.of(options.seed(), epoch, 0) & Integer.MAX_VALUE);
  }

  private void initialize(Examples train) {
    if (!model.getBlock().isInitialized()) {
      seed(0);
      model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, batchShape(train));
    }
  }

  private Shape batchShape(Examples examples) {
    return new Shape(examples.batchShape(options.batchSize()).toArray());
  }

  /** What changes while the epochs go on. */
  private final class Run {

    private final Examples train;
    private final Optional<Examples> validation;
    private final TrainingListener listener;
    private final Shape shape;
    private final int classes;
    private final Adam adam = new Adam();
    private final List<TrainingListener.Epoch> history = new ArrayList<>();
    private Optional<ParameterValues> best = Optional.empty();

    Run(Examples train, Optional<Examples> validation, TrainingListener listener) {
      this.train = train;
      this.validation = validation;
      this.listener = listener;
      this.shape = batchShape(train);
      Shape[] out = model.getBlock().getOutputShapes(new Shape[] {shape});
      this.classes = Math.toIntExact(out[0].get(1));
      if (train.classes() > classes) {
        throw new IllegalArgumentException(
            "label " + (train.classes() - 1) + " in a model of " + classes + " classes");
      }
    }

    void resume() throws IOException {
      if (checkpoint.isPresent()
          && checkpoint.get().resume()
          && Files.exists(checkpoint.get().file())) {
        var saved = SavedTraining.read(checkpoint.get(), options.epochs());
        saved.restore(model.getBlock(), adam);
        history.addAll(saved.history());
        best = saved.best();
      }
    }

    void epochs() throws IOException {
      int threads = Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, MOST_LOADERS);
      try (var loader = new BatchLoader(train, classes, options, threads);
          var step = new TrainingStep(model, distillation, adam, options.weightDecay())) {
        while (!options.over(history)) {
          var done = epoch(history.size() + 1, loader, step);
          boolean record = options.keepBest() && done.best(history);
          history.add(done);
          if (record) {
            best = Optional.of(ParameterValues.of(model.getBlock()));
          }
          save();
          listener.epoch(done);
        }
      } catch (TrainingDivergedException e) {
        best.ifPresent(b -> b.restore(model.getBlock()));
        throw e;
      }
      best.ifPresent(b -> b.restore(model.getBlock()));
    }

    private TrainingListener.Epoch epoch(int number, BatchLoader loader, TrainingStep step) {
      long start = System.nanoTime();
      long steps = (long) loader.batches() * options.epochs();
      double lossSum = 0;
      long right = 0;
      seed(number);
      loader.startEpoch(number);
      for (int b = 0; b < loader.batches(); b++) {
        Batch batch = loader.next();
        var result = step.run(batch, shape, options.learningRate().at(adam.steps(), steps));
        if (!Double.isFinite(result.loss())) {
          throw new TrainingDivergedException(adam.steps() + 1, result.loss(), kept());
        }
        loader.giveBack(batch);
        lossSum += result.loss();
        right += result.right();
        double perSecond = (b + 1.0) * options.batchSize() / ((System.nanoTime() - start) / 1e9);
        listener.step(new TrainingListener.Step(adam.steps(), steps, result.loss(), perSecond));
      }
      double accuracy =
          validation.map(v -> new TorchClassifier(model).accuracy(v)).orElse(Double.NaN);
      return new TrainingListener.Epoch(
          number,
          options.epochs(),
          lossSum / loader.batches(),
          (double) right / ((long) loader.batches() * options.batchSize()),
          accuracy,
          (System.nanoTime() - start) / 1e9);
    }

    private String kept() {
      if (checkpoint.isPresent() && !history.isEmpty()) {
        return "the state after epoch " + history.size() + " is kept in " + checkpoint.get().file();
      }
      return best.isPresent()
          ? "the model keeps its best epoch"
          : "the model keeps the parameters before this step";
    }

    private void save() throws IOException {
      if (checkpoint.isPresent()) {
        new SavedTraining(
                ParameterValues.of(model.getBlock()), adam.moments(), adam.steps(), history, best)
            .write(checkpoint.get());
      }
    }
  }
}
