package dev.ternary.pytorch.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.quant.Quantized;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A weight parameter of a block, and the ternary weights made of it that the block computes with.
 */
public final class TernaryWeight {

  private final TernaryOptions options;
  private final Parameter weight;

  /** Learned scales {@code [rows, 1]} or {@code [1, 1]}: none, one, or positive and negative. */
  private final List<Parameter> scales;

  private @Nullable Frozen frozen;
  private long trainingSteps;

  /** Ternary weights for evaluation, made of {@code source} and owned by its manager. */
  private record Frozen(NDArray source, NDArray weights) {}

  TernaryWeight(TernaryOptions options, Parameter weight) {
    this.options = options;
    this.weight = weight;
    this.scales =
        switch (options.learnedScale()) {
          case NONE -> List.of();
          case SHARED -> List.of(scale("ternaryScale", 0));
          case PER_SIGN -> List.of(scale("ternaryScale", 1), scale("negativeScale", -1));
        };
  }

  private Parameter scale(String name, int sign) {
    return Parameter.builder()
        .setName(name)
        .setType(Parameter.Type.OTHER)
        .optInitializer((manager, shape, type) -> manager.create(startScales(sign), shape))
        .build();
  }

  /** How the ternary weights are made. */
  public TernaryOptions options() {
    return options;
  }

  /** The learned scales, which the block adds to its parameters after the weight. */
  List<Parameter> scales() {
    return scales;
  }

  /** Gives the learned scales their shape, once the weight has one. */
  void prepareScales() {
    boolean perRow = options.quantizer().granularity() instanceof Granularity.PerRow;
    long rows = perRow ? weight.getShape().get(0) : 1;
    scales.forEach(s -> s.setShape(new ai.djl.ndarray.types.Shape(rows, 1)));
  }

  /**
   * Sets the learned scales to those of the present weights, and forgets the weights that
   * evaluation keeps: for weights written by hand into a block that was initialized before.
   */
  public void restart() {
    refresh();
    for (int i = 0; i < scales.size(); i++) {
      int sign = scales.size() == 1 ? 0 : 1 - 2 * i;
      scales.get(i).getArray().set(startScales(sign));
    }
  }

  /**
   * Writes shadow weights and learned scales so that the ternary weights are exactly these, but for
   * a rounding of the scales.
   *
   * @param trits row-major in the shape of the weight parameter, each -1, 0 or +1
   * @param rowScales one for each row, 0 or more
   * @throws IllegalArgumentException if these options do not give each row a scale of its own, or
   *     the rule gives no row these trits whatever its weights are
   */
  public void assign(byte[] trits, float[] rowScales) {
    arrayOf(weight).set(Shadow.weights(options, trits, rowScales));
    refresh();
    scales.forEach(s -> s.getArray().set(rowScales));
  }

  /** The rule's scales, or the mean of the absolute weights whose trits have this sign. */
  private float[] startScales(int sign) {
    TernaryMatrix matrix = quantized(weight.getName()).matrix();
    float[] start = matrix.scales().toArray();
    if (sign != 0) {
      float[] w = arrayOf(weight).toFloatArray();
      byte[] trits = matrix.trits();
      int size = trits.length / start.length;
      for (int g = 0; g < start.length; g++) {
        double sum = 0;
        int count = 0;
        for (int i = g * size; i < (g + 1) * size; i++) {
          if (trits[i] == sign) {
            sum += Math.abs(w[i]);
            count++;
          }
        }
        start[g] = count == 0 ? start[g] : (float) (sum / count);
      }
    }
    return start;
  }

  /** The ternary weights for an input, from the store. */
  NDArray of(ParameterStore store, NDArray x, boolean training) {
    NDArray w = store.getValue(weight, x.getDevice(), training);
    if (scales.isEmpty()) {
      return of(w, x.getManager(), training);
    }
    List<NDArray> factors =
        scales.stream().map(s -> store.getValue(s, x.getDevice(), training)).toList();
    if (!training) {
      return frozen(w, factors);
    }
    refresh();
    return StraightThrough.learned(w, factors, options, x.getManager());
  }

  /**
   * The ternary weights of {@code w} to compute with, where no scale is learned. In training they
   * are made anew, belong to {@code step} and pass their gradient to {@code w}; in evaluation they
   * are made once.
   */
  NDArray of(NDArray w, NDManager step, boolean training) {
    if (!training) {
      return frozen(w, List.of());
    }
    refresh();
    NDArray q = StraightThrough.of(w, options, warmedUp());
    // The parameter's manager lives as long as the model: every step would leave an array there.
    q.attach(step);
    return q;
  }

  @SuppressWarnings("ReferenceEquality") // loading gives the parameter another array
  private synchronized NDArray frozen(NDArray w, List<NDArray> factors) {
    Frozen kept = frozen;
    if (kept == null || kept.source() != arrayOf(weight)) {
      float[] values = w.toFloatArray();
      options
          .quantizer()
          .simulate(
              Math.toIntExact(w.getShape().get(0)), values, factors.isEmpty() && options.scaled());
      multiply(values, factors);
      kept = new Frozen(arrayOf(weight), w.getManager().create(values, w.getShape()));
      frozen = kept;
    }
    return kept.weights();
  }

  private static void multiply(float[] trits, List<NDArray> factors) {
    if (factors.isEmpty()) {
      return;
    }
    float[] positive = factors.getFirst().toFloatArray();
    float[] negative = factors.getLast().toFloatArray();
    int cols = trits.length / positive.length;
    for (int i = 0; i < trits.length; i++) {
      float[] factor = trits[i] > 0 ? positive : negative;
      // Keeps the zeros positive where a factor is not.
      trits[i] = trits[i] == 0 ? 0 : trits[i] * factor[i / cols];
    }
  }

  /**
   * Forgets the weights that evaluation made once and keeps. Needed after the weight parameter was
   * written by hand; training and loading do it themselves. Not while another thread evaluates.
   */
  public synchronized void refresh() {
    if (frozen != null) {
      frozen.weights().close();
      frozen = null;
    }
  }

  /** Says that so many training steps lie behind, of which the warm-up takes note. */
  public void continueAfter(long steps) {
    trainingSteps = steps;
  }

  /** The share of the ternary weights in this training step, from above 0 to 1. */
  private float warmedUp() {
    long step = ++trainingSteps;
    return step >= options.warmupSteps() ? 1 : (float) step / options.warmupSteps();
  }

  /**
   * The present ternary weights, packed: dimension 0 of the weight parameter as rows, the product
   * of the others as columns. Exactly the weights that the block computes with.
   *
   * @throws IllegalStateException if the block is not initialized, or each sign has a scale of its
   *     own; see {@link #matrices}
   * @throws IllegalArgumentException if a weight is NaN or infinite
   */
  public TernaryMatrix matrix() {
    if (scales.size() == 2) {
      throw new IllegalStateException(
          "weights with a scale for each sign are no single ternary matrix: take both of"
              + " ternaryMatrices(), or train one learned scale for both signs");
    }
    return matrices().getFirst();
  }

  /**
   * The present ternary weights as packed matrices whose sum they are: one, or the positive and the
   * negative weights where each sign has a scale of its own.
   *
   * @throws IllegalStateException if the block is not initialized
   * @throws IllegalArgumentException if a weight is NaN or infinite
   */
  public List<TernaryMatrix> matrices() {
    TernaryMatrix matrix = quantized(weight.getName()).matrix();
    if (scales.size() == 2) {
      return List.of(part(matrix, 1), part(matrix, -1));
    }
    if (options.scaled() && scales.isEmpty()) {
      return List.of(matrix);
    }
    float[] factors = new float[matrix.scales().count()];
    Arrays.fill(factors, 1);
    if (!scales.isEmpty()) {
      factors = scales.getFirst().getArray().toFloatArray();
    }
    return List.of(matrix.withScales(Scales.of(matrix.scales().granularity(), factors)));
  }

  private TernaryMatrix part(TernaryMatrix both, int sign) {
    byte[] trits = both.trits();
    for (int i = 0; i < trits.length; i++) {
      trits[i] = trits[i] == sign ? trits[i] : 0;
    }
    float[] factors = scales.get(sign > 0 ? 0 : 1).getArray().toFloatArray();
    Scales part = Scales.of(both.scales().granularity(), factors);
    return TernaryMatrix.pack(both.rows(), both.cols(), trits, both.packing(), part);
  }

  /** The parameter that holds the shadow weights. */
  public Parameter parameter() {
    return weight;
  }

  /**
   * The present shadow weights, copied.
   *
   * @throws IllegalStateException if the block is not initialized
   */
  public Tensor shadow() {
    NDArray w = arrayOf(weight);
    return Tensor.of(Shape.of(w.getShape().getShape()), w.toFloatArray());
  }

  /**
   * What the rule makes of the present shadow weights, with the rule's own scales, and what was
   * lost.
   *
   * @param name of the weight in the report and in errors
   * @throws IllegalStateException if the block is not initialized
   * @throws IllegalArgumentException if a weight is NaN or infinite
   */
  public Quantized quantized(String name) {
    return options.quantizer().quantize(name, shadow());
  }

  /**
   * The trits of the present weights, row-major in the shape of the weight parameter.
   *
   * @throws IllegalStateException if the block is not initialized
   * @throws IllegalArgumentException if a weight is NaN or infinite
   */
  public byte[] trits() {
    return quantized(weight.getName()).matrix().trits();
  }

  private static NDArray arrayOf(Parameter weight) {
    if (!weight.isInitialized()) {
      throw new IllegalStateException(
          "the block has no weights yet: initialize it with its input shape or load it first");
    }
    return weight.getArray();
  }
}
