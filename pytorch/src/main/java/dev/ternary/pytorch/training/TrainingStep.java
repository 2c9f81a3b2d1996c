package dev.ternary.pytorch.training;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.pytorch.layers.TernaryWeights;
import dev.ternary.pytorch.runtime.ExitGuard;
import dev.ternary.tensor.ArgMax;
import dev.ternary.training.Batch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** Forward, loss, backward and update for one batch. */
final class TrainingStep implements AutoCloseable {

  private final Model model;
  private final Optional<Distillation> distillation;
  private final Adam adam;
  private final NDManager manager;
  private final ParameterStore store;
  private final List<Trained> trained = new ArrayList<>();

  /** A parameter that gradients change. */
  private record Trained(String path, Parameter parameter, double decay, float clip) {}

  /**
   * What one batch gave.
   *
   * @param loss before the update
   * @param right examples whose highest score is at their label
   */
  record Result(double loss, int right) {}

  TrainingStep(Model model, Optional<Distillation> distillation, Adam adam, double weightDecay) {
    this.model = model;
    this.distillation = distillation;
    this.adam = adam;
    this.manager = model.getNDManager().newSubManager();
    this.store = new ParameterStore(manager, false);
    var clips = new HashMap<String, Float>();
    for (TernaryWeight weight : TernaryWeights.of(model.getBlock())) {
      clips.put(weight.parameter().getId(), weight.options().weightClip());
    }
    for (Pair<String, Parameter> p : model.getBlock().getParameters()) {
      Parameter parameter = p.getValue();
      if (parameter.requiresGradient()) {
        // A learned scale is of rank 2 and of type OTHER; a scale that decays takes all its row
        // along.
        boolean matrix =
            parameter.getArray().getShape().dimension() > 1
                && parameter.getType() != Parameter.Type.OTHER;
        trained.add(
            new Trained(
                p.getKey(),
                parameter,
                matrix ? weightDecay : 0,
                clips.getOrDefault(parameter.getId(), 0f)));
      }
    }
  }

  /** Does one step; where the loss is no finite number, it stops before it changes parameters. */
  Result run(Batch batch, Shape shape, double rate) {
    int size = batch.size();
    int classes = batch.classes();
    try (NDManager step = manager.newSubManager()) {
      NDArray x = step.create(batch.values(), shape);
      NDArray y = step.create(batch.target(), new Shape(size, classes));
      // Kept until after backward: DJL frees the memory of a plain number in a formula.
      NDArray count = step.create((float) -size);
      Optional<NDArray> soft = target(x);
      NDArray scores;
      double loss;
      try (GradientCollector gradients = model.getNDManager().getEngine().newGradientCollector()) {
        NDArray all;
        try (var _ = ExitGuard.enter()) {
          scores = model.getBlock().forward(store, new NDList(x), true).singletonOrThrow();
          NDArray hard = scores.logSoftmax(-1).mul(y).sum().div(count);
          all = soft.map(s -> distillation.orElseThrow().loss(hard, scores, s, size)).orElse(hard);
          loss = all.getFloat();
        }
        if (!Double.isFinite(loss)) {
          return new Result(loss, 0);
        }
        try (var _ = ExitGuard.enter()) {
          gradients.backward(all);
        }
      }
      update(rate);
      return new Result(loss, right(scores.toFloatArray(), batch.labels(), classes));
    }
  }

  private Optional<NDArray> target(NDArray x) {
    try (var _ = ExitGuard.enter()) {
      return distillation.map(d -> d.target(x, store));
    }
  }

  private void update(double rate) {
    adam.nextStep();
    for (Trained p : trained) {
      adam.update(p.path(), p.parameter().getArray(), new Adam.Change(rate, p.decay(), p.clip()));
    }
  }

  /** How many rows of the scores are highest at their label. */
  private static int right(float[] scores, int[] labels, int classes) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += ArgMax.of(scores, i * classes, classes) == labels[i] ? 1 : 0;
    }
    return right;
  }

  @Override
  public void close() {
    manager.close();
  }
}
