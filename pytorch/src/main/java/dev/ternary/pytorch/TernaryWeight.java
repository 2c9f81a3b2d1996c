package dev.ternary.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the ternary blocks share: ternary weights of a weight parameter, and their gradient. */
final class TernaryWeight {

  private final TernaryOptions options;

  /** Ternary weights for evaluation; owned by the manager of the parameter. */
  private @Nullable NDArray frozen;

  TernaryWeight(TernaryOptions options) {
    this.options = options;
  }

  TernaryOptions options() {
    return options;
  }

  /**
   * The ternary weights of {@code w} to compute with. In training they are made anew, belong to
   * {@code step} and pass their gradient to {@code w}; in evaluation they are made once.
   */
  NDArray of(NDArray w, NDManager step, boolean training) {
    if (!training) {
      return frozen(w);
    }
    refresh();
    NDArray q = straightThrough(w);
    // The parameter's manager lives as long as the model: every step would leave an array there.
    q.attach(step);
    return q;
  }

  private synchronized NDArray frozen(NDArray w) {
    NDArray q = frozen;
    if (q == null) {
      float[] values = w.toFloatArray();
      simulate(w, values);
      q = w.getManager().create(values, w.getShape());
      frozen = q;
    }
    return q;
  }

  synchronized void refresh() {
    if (frozen != null) {
      frozen.close();
      frozen = null;
    }
  }

  /**
   * The value {@code q + (w - stopGradient(w))} with the gradient of the identity. That sum is q
   * exactly, so the copy of w, which has the gradient, is overwritten with q: one pass over the
   * memory where the sum takes four.
   */
  private NDArray straightThrough(NDArray w) {
    // Not duplicate(): DJL's copy has no gradient.
    NDArray copy = w.add(0f);
    ByteBuffer bytes = copy.toByteBuffer(true);
    if (!w.getDevice().isGpu() && bytes.isDirect()) {
      FloatBuffer alias = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
      float[] values = new float[alias.remaining()];
      alias.get(0, values);
      simulate(w, values);
      alias.put(0, values);
      return copy;
    }
    float[] values = copy.toFloatArray();
    copy.close();
    simulate(w, values);
    try (NDArray q = w.getManager().create(values, w.getShape());
        NDArray constant = w.stopGradient();
        NDArray zero = w.sub(constant)) {
      return q.add(zero);
    }
  }

  private void simulate(NDArray w, float[] values) {
    options.quantizer().simulate(Math.toIntExact(w.getShape().get(0)), values, options.scaled());
  }

  /** Makes every ternary block below {@code block}, and itself, forget its kept weights. */
  static void refreshAll(Block block) {
    if (block instanceof TernaryBlock ternary) {
      ternary.refresh();
    }
    block.getChildren().values().forEach(TernaryWeight::refreshAll);
  }

  TernaryMatrix matrix(Parameter weight) {
    NDArray w = arrayOf(weight);
    var shape = Shape.of(w.getShape().getShape());
    TernaryMatrix matrix =
        options.quantizer().quantize(weight.getName(), Tensor.of(shape, w.toFloatArray())).matrix();
    if (options.scaled()) {
      return matrix;
    }
    float[] ones = new float[matrix.scales().count()];
    Arrays.fill(ones, 1);
    return new TernaryMatrix(
        matrix.rows(),
        matrix.cols(),
        matrix.packing(),
        matrix.codes(),
        Scales.of(matrix.scales().granularity(), ones));
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
