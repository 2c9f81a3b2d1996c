package dev.ternary.pytorch.training;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import dev.ternary.pytorch.runtime.ExitGuard;
import dev.ternary.tensor.ArgMax;
import dev.ternary.training.Examples;
import dev.ternary.training.Predictions;

/**
 * Runs a model in libtorch for evaluation, ternary layers with weights that were made once. Does
 * not own the model. Several threads may use it at a time.
 */
public final class TorchClassifier {

  private static final int BATCH = 250;

  private final Model model;

  /** Runs the model's initialized block. */
  public TorchClassifier(Model model) {
    this.model = model;
  }

  /**
   * The scores of a batch.
   *
   * @param batch values of all inputs, row-major
   * @param shape of the batch, its size first
   * @return row-major, one row for each input
   */
  public float[] scores(float[] batch, dev.ternary.tensor.Shape shape) {
    try (var _ = ExitGuard.enter();
        NDManager manager = model.getNDManager().newSubManager()) {
      NDArray x = manager.create(batch, new Shape(shape.toArray()));
      var store = new ParameterStore(manager, false);
      NDArray y = model.getBlock().forward(store, new NDList(x), false).singletonOrThrow();
      return y.toFloatArray();
    }
  }

  /** The class of the highest score for each example. */
  public int[] predict(Examples examples) {
    int[] classes = new int[examples.size()];
    int elements = Math.toIntExact(examples.shape().elements());
    for (int from = 0; from < classes.length; from += BATCH) {
      int size = Math.min(BATCH, classes.length - from);
      float[] values = new float[size * elements];
      for (int i = 0; i < size; i++) {
        examples.copy(from + i, values, i * elements);
      }
      float[] scores = scores(values, examples.batchShape(size));
      int width = scores.length / size;
      for (int i = 0; i < size; i++) {
        classes[from + i] = ArgMax.of(scores, i * width, width);
      }
    }
    return classes;
  }

  /** Share of the examples whose class is predicted; NaN without examples. */
  public double accuracy(Examples examples) {
    return new Predictions(examples.labels(), predict(examples)).accuracy();
  }
}
