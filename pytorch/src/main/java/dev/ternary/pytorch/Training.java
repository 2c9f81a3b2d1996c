package dev.ternary.pytorch;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Trains a classifier on examples in memory with Adam. The same model, examples, options and number
 * of PyTorch threads give the same parameters, bit for bit. One training at a time in a process:
 * PyTorch's random numbers and DJL's gradients are global.
 */
public final class Training {

  private final Model model;
  private final TrainingOptions options;
  private @Nullable Teacher teacher;

  /** A network to learn from, and how much. */
  private record Teacher(Block block, float share, float temperature) {}

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
    if (!(share >= 0 && share <= 1) || !(temperature > 0)) {
      throw new IllegalArgumentException(
          "distillation needs a share of 0 to 1 and a temperature above 0, got "
              + share
              + " and "
              + temperature);
    }
    teacher = new Teacher(trained.getBlock(), (float) share, (float) temperature);
    return this;
  }

  /**
   * Trains, and initializes the block first where it is not yet.
   *
   * @param validation examples to measure accuracy on after every epoch
   * @return one entry for each epoch
   * @throws TrainingDivergedException if a loss is NaN or infinite. The model then holds its best
   *     epoch where {@link TrainingOptions#keepBest} is set, else the state before that step.
   * @throws IllegalArgumentException if there are fewer examples than fill a batch, a label is not
   *     below the number of scores, or the best epoch is to be kept without validation examples
   */
  public List<TrainingListener.Epoch> run(
      Examples train, Optional<Examples> validation, TrainingListener listener) {
    int batches = train.size() / options.batchSize();
    if (batches == 0) {
      throw new IllegalArgumentException(
          "a batch of " + options.batchSize() + " needs as many examples, got " + train.size());
    }
    if (options.keepBest() && validation.isEmpty()) {
      throw new IllegalArgumentException("keeping the best epoch needs validation examples");
    }
    initialize(train);
    var random = new SplittableRandom(options.seed());
    var history = new ArrayList<TrainingListener.Epoch>();
    try (var run = new Run((long) batches * options.epochs(), train, listener);
        NDManager kept = model.getNDManager().newSubManager()) {
      Snapshot best = null;
      for (int epoch = 1; epoch <= options.epochs(); epoch++) {
        long start = System.nanoTime();
        int[] order = shuffled(train.size(), random);
        try {
          for (int b = 0; b < batches; b++) {
            run.step(order, b * options.batchSize(), random, start);
          }
        } catch (TrainingDivergedException e) {
          if (best != null) {
            best.restore(model.getBlock());
          }
          throw e;
        }
        double accuracy =
            validation.map(v -> new TorchClassifier(model).accuracy(v)).orElse(Double.NaN);
        var done = run.epoch(epoch, accuracy, batches, (System.nanoTime() - start) / 1e9);
        history.add(done);
        if (options.keepBest() && (best == null || accuracy > best.accuracy())) {
          best = Snapshot.of(model.getBlock(), accuracy, kept);
        }
        listener.epoch(done);
      }
      if (best != null) {
        best.restore(model.getBlock());
      }
    }
    return List.copyOf(history);
  }

  private void initialize(Examples train) {
    Engine.getEngine(model.getNDManager().getEngine().getEngineName())
        .setRandomSeed(Math.toIntExact(options.seed() & Integer.MAX_VALUE));
    if (!model.getBlock().isInitialized()) {
      model
          .getBlock()
          .initialize(
              model.getNDManager(), DataType.FLOAT32, batchShape(train, options.batchSize()));
    }
  }

  static Shape batchShape(Examples examples, int size) {
    return new Shape(size).addAll(new Shape(examples.shape().toArray()));
  }

  private static int[] shuffled(int count, RandomGenerator random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Parameters at one moment, in a manager of their own. */
  private record Snapshot(double accuracy, NDList values) {

    static Snapshot of(Block block, double accuracy, NDManager manager) {
      var values = new NDList();
      for (Pair<String, Parameter> p : block.getParameters()) {
        NDArray copy = p.getValue().getArray().stopGradient().duplicate();
        copy.attach(manager);
        values.add(copy);
      }
      return new Snapshot(accuracy, values);
    }

    void restore(Block block) {
      int i = 0;
      for (Pair<String, Parameter> p : block.getParameters()) {
        NDArray array = p.getValue().getArray();
        array.set(values.get(i++).toFloatArray());
      }
      TernaryWeight.refreshAll(block);
    }
  }

  /** What changes while the steps go on. */
  private final class Run implements AutoCloseable {

    private final long steps;
    private final Examples train;
    private final TrainingListener listener;
    private final NDManager manager = model.getNDManager().newSubManager();
    private final ParameterStore store = new ParameterStore(manager, false);
    private final Optimizer optimizer;
    private final float[] values;
    private final int classes;
    private long done;
    private double epochLoss;
    private long epochRight;
    private int epochSteps;

    Run(long steps, Examples train, TrainingListener listener) {
      this.steps = steps;
      this.train = train;
      this.listener = listener;
      this.values =
          new float
              [Math.multiplyExact(options.batchSize(), Math.toIntExact(train.shape().elements()))];
      Shape[] out =
          model.getBlock().getOutputShapes(new Shape[] {batchShape(train, options.batchSize())});
      this.classes = Math.toIntExact(out[0].get(1));
      if (train.classes() > classes) {
        throw new IllegalArgumentException(
            "label " + (train.classes() - 1) + " in a model of " + classes + " classes");
      }
      collectClips(model.getBlock());
      this.optimizer =
          Optimizer.adam()
              .optLearningRateTracker(
                  (id, update) -> (float) options.learningRate().at(done, steps))
              .build();
    }

    private final Map<String, Float> clips = new HashMap<>();

    private void collectClips(Block block) {
      if (block instanceof TernaryBlock ternary && ternary.options().weightClip() > 0) {
        Parameter weight = block.getDirectParameters().get("weight");
        if (weight != null) {
          clips.put(weight.getId(), ternary.options().weightClip());
        }
      }
      block.getChildren().values().forEach(this::collectClips);
    }

    private void clip(Parameter parameter, NDArray w) {
      Float limit = clips.get(parameter.getId());
      if (limit != null) {
        try (NDArray detached = w.stopGradient();
            NDArray clipped = detached.clip(-limit, limit)) {
          // Not copyTo(): it would give the array new memory, apart from the parameter's.
          detached.muli(0f).addi(clipped);
        }
      }
    }

    void step(int[] order, int from, RandomGenerator random, long epochStart) {
      int size = options.batchSize();
      int elements = Math.toIntExact(train.shape().elements());
      float[] target = new float[size * classes];
      int[] labels = new int[size];
      for (int i = 0; i < size; i++) {
        int example = order[from + i];
        train.copy(example, values, i * elements);
        options.augmentation().apply(train.shape(), values, i * elements, random);
        labels[i] = train.label(example);
        target[i * classes + labels[i]] = 1;
      }
      double loss;
      try (NDManager step = manager.newSubManager()) {
        NDArray x = step.create(values, batchShape(train, size));
        NDArray y = step.create(target, new Shape(size, classes));
        NDArray soft = softTarget(x);
        NDArray scores;
        try (GradientCollector gradients =
            model.getNDManager().getEngine().newGradientCollector()) {
          scores = model.getBlock().forward(store, new NDList(x), true).singletonOrThrow();
          NDArray lossArray = loss(scores, y, soft, size);
          loss = lossArray.getFloat();
          if (!Double.isFinite(loss)) {
            throw new TrainingDivergedException(
                done + 1,
                loss,
                options.keepBest()
                    ? "the model keeps its best epoch"
                    : "the model keeps the parameters before this step");
          }
          gradients.backward(lossArray);
        }
        update();
        epochRight += right(scores.toFloatArray(), labels, classes);
      }
      done++;
      epochSteps++;
      epochLoss += loss;
      double seconds = (System.nanoTime() - epochStart) / 1e9;
      listener.step(
          new TrainingListener.Step(done, steps, loss, (double) epochSteps * size / seconds));
    }

    private @Nullable NDArray softTarget(NDArray x) {
      Teacher t = teacher;
      if (t == null) {
        return null;
      }
      NDArray scores = t.block().forward(store, new NDList(x), false).singletonOrThrow();
      return scores.div(t.temperature()).softmax(-1).stopGradient();
    }

    private NDArray loss(NDArray scores, NDArray y, @Nullable NDArray soft, int size) {
      NDArray hard = scores.logSoftmax(-1).mul(y).sum().div(-size);
      Teacher t = teacher;
      if (t == null || soft == null) {
        return hard;
      }
      float weight = t.share() * t.temperature() * t.temperature() / -size;
      NDArray fromTeacher = scores.div(t.temperature()).logSoftmax(-1).mul(soft).sum();
      return hard.mul(1 - t.share()).add(fromTeacher.mul(weight));
    }

    private void update() {
      double rate = options.learningRate().at(done, steps);
      for (Pair<String, Parameter> p : model.getBlock().getParameters()) {
        Parameter parameter = p.getValue();
        if (!parameter.requiresGradient()) {
          continue;
        }
        NDArray w = parameter.getArray();
        try (NDArray gradient = w.getGradient()) {
          if (options.weightDecay() > 0 && w.getShape().dimension() > 1) {
            try (NDArray detached = w.stopGradient()) {
              detached.muli((float) (1 - rate * options.weightDecay()));
            }
          }
          optimizer.update(parameter.getId(), w, gradient);
          clip(parameter, w);
          // Backward adds to what is there.
          gradient.muli(0f);
        }
      }
    }

    TrainingListener.Epoch epoch(int epoch, double accuracy, int batches, double seconds) {
      var result =
          new TrainingListener.Epoch(
              epoch,
              options.epochs(),
              epochLoss / batches,
              (double) epochRight / ((long) batches * options.batchSize()),
              accuracy,
              seconds);
      epochLoss = 0;
      epochRight = 0;
      epochSteps = 0;
      return result;
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  /** How many rows of the scores are highest at their label. */
  static int right(float[] scores, int[] labels, int classes) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += TorchClassifier.highest(scores, i * classes, classes) == labels[i] ? 1 : 0;
    }
    return right;
  }
}
