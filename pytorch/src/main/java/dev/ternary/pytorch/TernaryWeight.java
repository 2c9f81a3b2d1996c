package dev.ternary.pytorch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import dev.ternary.kernel.ActivationQuantizer;
import dev.ternary.nn.Activations;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.quant.Quantized;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the ternary blocks share: ternary weights of a weight parameter, and their gradient. */
final class TernaryWeight {

  private final TernaryOptions options;
  private final Optional<Parameter> scale;

  /** Ternary weights for evaluation; owned by the manager of the parameter. */
  private @Nullable NDArray frozen;

  private long trainingSteps;

  TernaryWeight(TernaryOptions options) {
    this.options = options;
    this.scale =
        options.learnedScale()
            ? Optional.of(
                Parameter.builder()
                    .setName("ternaryScale")
                    .setType(Parameter.Type.OTHER)
                    .optInitializer(ai.djl.training.initializer.Initializer.ONES)
                    .build())
            : Optional.empty();
  }

  TernaryOptions options() {
    return options;
  }

  /** The learned scales, {@code [rows, 1]} or {@code [1, 1]}, which the block adds to itself. */
  Optional<Parameter> scale() {
    return scale;
  }

  /** Gives the learned scales their shape, once the weight has one. */
  void prepareScale(long rows) {
    boolean perRow = options.quantizer().granularity() instanceof Granularity.PerRow;
    scale.ifPresent(s -> s.setShape(new ai.djl.ndarray.types.Shape(perRow ? rows : 1, 1)));
  }

  /** Sets the learned scales to those that the rule gives for the present weights. */
  void startScale(Parameter weight) {
    scale.ifPresent(s -> s.getArray().set(quantized(weight).matrix().scales().toArray()));
  }

  /** The ternary weights to compute with, from the store. */
  NDArray of(Parameter weight, ParameterStore store, Step step) {
    NDArray w = store.getValue(weight, step.device(), step.training());
    if (scale.isEmpty()) {
      return of(w, step.manager(), step.training());
    }
    NDArray factor = store.getValue(scale.get(), step.device(), step.training());
    if (!step.training()) {
      return frozen(w, factor);
    }
    refresh();
    return learned(w, factor, step.manager());
  }

  /** Where a forward pass runs. */
  record Step(NDManager manager, Device device, boolean training) {}

  /**
   * The ternary weights of {@code w} to compute with. In training they are made anew, belong to
   * {@code step} and pass their gradient to {@code w}; in evaluation they are made once.
   */
  NDArray of(NDArray w, NDManager step, boolean training) {
    if (!training) {
      return frozen(w, null);
    }
    refresh();
    NDArray q = straightThrough(w);
    // The parameter's manager lives as long as the model: every step would leave an array there.
    q.attach(step);
    return q;
  }

  private synchronized NDArray frozen(NDArray w, @Nullable NDArray factor) {
    NDArray q = frozen;
    if (q == null) {
      float[] values = w.toFloatArray();
      simulate(w, values, factor == null && options.scaled());
      if (factor != null) {
        multiply(values, factor.toFloatArray());
      }
      q = w.getManager().create(values, w.getShape());
      frozen = q;
    }
    return q;
  }

  private static void multiply(float[] trits, float[] factors) {
    int cols = trits.length / factors.length;
    for (int i = 0; i < trits.length; i++) {
      // Keeps the zeros positive where a factor is not.
      trits[i] = trits[i] == 0 ? 0 : trits[i] * factors[i / cols];
    }
  }

  synchronized void refresh() {
    if (frozen != null) {
      frozen.close();
      frozen = null;
    }
  }

  /**
   * The value {@code q + (w - stopGradient(w))} with the gradient of the identity. That sum is q
   * exactly, so a copy of w, which has the gradient, is overwritten with q: one pass over the
   * memory where the sum takes four. During the warm-up the value is between w and q.
   */
  private NDArray straightThrough(NDArray w) {
    float share = warmedUp();
    // Not duplicate(): DJL's copy has no gradient.
    NDArray copy = w.add(0f);
    ByteBuffer bytes = copy.toByteBuffer(true);
    if (!w.getDevice().isGpu() && bytes.isDirect()) {
      FloatBuffer alias = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
      float[] values = new float[alias.remaining()];
      alias.get(0, values);
      mix(w, values, share);
      alias.put(0, values);
      return copy;
    }
    float[] values = copy.toFloatArray();
    copy.close();
    mix(w, values, share);
    try (NDArray q = w.getManager().create(values, w.getShape());
        NDArray constant = w.stopGradient();
        NDArray zero = w.sub(constant)) {
      return q.add(zero);
    }
  }

  /** The share of the ternary weights in this training step, from above 0 to 1. */
  private float warmedUp() {
    long step = ++trainingSteps;
    return step >= options.warmupSteps() ? 1 : (float) step / options.warmupSteps();
  }

  private void mix(NDArray w, float[] values, float share) {
    if (share == 1) {
      simulate(w, values, options.scaled());
      return;
    }
    float[] floats = values.clone();
    simulate(w, values, options.scaled());
    for (int i = 0; i < values.length; i++) {
      values[i] = floats[i] + share * (values[i] - floats[i]);
    }
  }

  /** {@code trits * factor}, with the gradient of both factors and the identity's for w. */
  private NDArray learned(NDArray w, NDArray factor, NDManager step) {
    float[] values = w.toFloatArray();
    simulate(w, values, false);
    long rows = w.getShape().get(0);
    var flat = new ai.djl.ndarray.types.Shape(rows, values.length / rows);
    NDArray trits = step.create(values, flat);
    NDArray constant = w.stopGradient();
    constant.attach(step);
    NDArray zero = w.sub(constant);
    zero.attach(step);
    NDArray product = trits.mul(factor);
    product.attach(step);
    // A negative factor would make -0 of a zero trit; the sum with +0 takes it away.
    return product.reshape(w.getShape()).add(zero);
  }

  private void simulate(NDArray w, float[] values, boolean scaled) {
    options.quantizer().simulate(Math.toIntExact(w.getShape().get(0)), values, scaled);
  }

  /**
   * The inputs in the form that the options ask for: each row (the last dimension, or all but the
   * first of an image) as {@link ActivationQuantizer} rounds it, with the gradient of the identity.
   */
  NDArray activations(NDArray x) {
    if (options.activations() == Activations.FLOAT32) {
      return x;
    }
    NDArray constant = x.stopGradient();
    int rank = constant.getShape().dimension();
    NDArray rows = rank == 4 ? constant.reshape(constant.getShape().get(0), -1) : constant;
    NDArray range = rows.abs().max(new int[] {-1}, true).maximum(ActivationQuantizer.MIN_ABSMAX);
    // Ties to even, as torch.round does.
    NDArray rounded = rows.mul(range.pow(-1).mul(127f)).round().mul(range.div(127f));
    return rounded.reshape(x.getShape()).add(x.sub(constant));
  }

  /** Makes every ternary block below {@code block}, and itself, forget its kept weights. */
  static void refreshAll(Block block) {
    if (block instanceof TernaryBlock ternary) {
      ternary.refresh();
    }
    if (block instanceof TernaryScope scope) {
      scope.refresh();
    }
    block.getChildren().values().forEach(TernaryWeight::refreshAll);
  }

  void continueAfter(long steps) {
    trainingSteps = steps;
  }

  /** Says to every ternary block below {@code block}, and itself, how many steps were done. */
  static void continueAfter(Block block, long steps) {
    if (block instanceof TernaryBlock ternary) {
      ternary.continueAfter(steps);
    }
    if (block instanceof TernaryScope scope) {
      scope.continueAfter(steps);
    }
    block.getChildren().values().forEach(child -> continueAfter(child, steps));
  }

  TernaryMatrix matrix(Parameter weight) {
    TernaryMatrix matrix = quantized(weight).matrix();
    if (options.scaled() && scale.isEmpty()) {
      return matrix;
    }
    float[] factors = new float[matrix.scales().count()];
    if (scale.isPresent()) {
      factors = scale.get().getArray().toFloatArray();
    } else {
      Arrays.fill(factors, 1);
    }
    return new TernaryMatrix(
        matrix.rows(),
        matrix.cols(),
        matrix.packing(),
        matrix.codes(),
        Scales.of(matrix.scales().granularity(), factors));
  }

  /** What the rule makes of the weight, with its own scales. */
  Quantized quantized(Parameter weight) {
    return quantized(weight.getName(), weight);
  }

  Quantized quantized(String name, Parameter weight) {
    NDArray w = arrayOf(weight);
    var shape = Shape.of(w.getShape().getShape());
    return options.quantizer().quantize(name, Tensor.of(shape, w.toFloatArray()));
  }

  byte[] trits(Parameter weight) {
    TernaryMatrix matrix = matrix(weight);
    int cols = matrix.cols();
    byte[] trits = new byte[Math.multiplyExact(matrix.rows(), cols)];
    byte[] row = new byte[cols];
    for (int r = 0; r < matrix.rows(); r++) {
      matrix.unpackRow(r, row);
      System.arraycopy(row, 0, trits, r * cols, cols);
    }
    return trits;
  }

  private static NDArray arrayOf(Parameter weight) {
    if (!weight.isInitialized()) {
      throw new IllegalStateException(
          "the block has no weights yet: initialize it with its input shape or load it first");
    }
    return weight.getArray();
  }
}
