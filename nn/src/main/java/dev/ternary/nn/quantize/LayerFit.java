package dev.ternary.nn.quantize;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.packed.TritCounts;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantized;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Makes one linear layer or convolution ternary, fitted to its outputs. */
final class LayerFit {

  /** Floats of the inputs that are looked at together. */
  private static final int PART = 4 << 20;

  private final Node node;
  private final Operation.Product layer;
  private final Windows windows;
  private final QuantizeOptions options;
  private final Parallelism threads;
  private final float[] bias;

  LayerFit(Node node, Windows windows, QuantizeOptions options, Parallelism threads) {
    this.node = node;
    this.layer = windows.layer();
    this.windows = windows;
    this.options = options;
    this.threads = threads;
    this.bias = layer.bias().map(Tensor::toFloatArray).orElseGet(() -> new float[0]);
  }

  /** The ternary layer and what it lost. */
  record Fitted(Operation operation, LayerReport report) {}

  /**
   * Fits the layer.
   *
   * @param seen its inputs in the ternary network
   * @param meant its outputs in the float network, before what follows in the same pass
   * @param normed whether only a batch norm reads its output
   */
  Fitted fit(Values seen, Values meant, boolean normed) {
    Quantized start = Choice.quantized(node, options);
    TernaryMatrix matrix = start.matrix();
    int rows = matrix.rows() / windows.groups();
    float[] weights = layer.values().toDense().toFloatArray();
    byte[] trits = new byte[weights.length];
    float[] scales = new float[matrix.rows()];
    float[] moved = bias.clone();
    boolean centred = normed || bias.length > 0;
    var errors = new RowFits.Errors(0, 0, 0);
    for (int group = 0; group < windows.groups(); group++) {
      NormalEquations equations = gather(group, rows, seen, meant);
      equations.finish(centred);
      float[][] floats = new float[rows][windows.cols()];
      byte[][] groupTrits = new byte[rows][windows.cols()];
      float[] groupScales = new float[rows];
      for (int r = 0; r < rows; r++) {
        int row = group * rows + r;
        System.arraycopy(weights, row * matrix.cols(), floats[r], 0, matrix.cols());
        matrix.unpackRow(row, groupTrits[r]);
        groupScales[r] = matrix.scales().value(row);
      }
      errors = errors.plus(RowFits.fit(equations, floats, groupTrits, groupScales, threads));
      for (int r = 0; r < rows; r++) {
        int row = group * rows + r;
        System.arraycopy(groupTrits[r], 0, trits, row * matrix.cols(), matrix.cols());
        scales[row] = groupScales[r];
        if (bias.length > 0) {
          moved[row] += (float) equations.meanError(r, groupTrits[r], groupScales[r]);
        }
      }
    }
    return fitted(start, trits, scales, moved, errors);
  }

  private Fitted fitted(
      Quantized start, byte[] trits, float[] scales, float[] moved, RowFits.Errors errors) {
    TernaryMatrix before = start.matrix();
    TernaryMatrix matrix =
        TernaryMatrix.pack(
            before.rows(), before.cols(), trits, before.packing(), Scales.perRow(scales));
    double square = errors.square() == 0 ? 1 : errors.square();
    var outputs = new LayerReport.Outputs(errors.before() / square, errors.after() / square);
    var report = new LayerReport(node.name(), report(start.report(), matrix), Optional.of(outputs));
    Optional<Tensor> newBias = layer.bias().map(_ -> Tensor.of(Shape.of(moved.length), moved));
    var values =
        new Weights.Ternary(
            new TernaryTensor(layer.values().shape(), matrix), options.activations());
    return new Fitted(layer.with(values, newBias, layer.post()), report);
  }

  private QuantizationReport report(QuantizationReport start, TernaryMatrix matrix) {
    float[] meant = layer.values().toDense().toFloatArray();
    float[] found = matrix.toFloatArray();
    double error = 0;
    double square = 0;
    List<Integer> zeroRows = new ArrayList<>();
    for (int row = 0; row < matrix.rows(); row++) {
      boolean zero = true;
      for (int i = row * matrix.cols(); i < (row + 1) * matrix.cols(); i++) {
        error += (meant[i] - (double) found[i]) * (meant[i] - (double) found[i]);
        square += meant[i] * (double) meant[i];
        zero &= found[i] == 0;
      }
      if (zero) {
        zeroRows.add(row);
      }
    }
    TritCounts counts = matrix.counts();
    return new QuantizationReport(
        start.name(),
        start.shape(),
        start.quantizer() + " fitted",
        counts,
        square == 0 ? 0 : error / square,
        zeroRows,
        start.floatBytes(),
        start.packedBytes());
  }

  private NormalEquations gather(int group, int rows, Values seen, Values meant) {
    var random = new SplittableRandom(1);
    int cols = windows.cols();
    var equations = new NormalEquations(rows, cols);
    float[] in = new float[Math.toIntExact(windows.in().elements())];
    float[] out = new float[Math.toIntExact(windows.out().elements())];
    List<float[]> x = new ArrayList<>();
    List<float[]> y = new ArrayList<>();
    for (int sample = 0; sample < seen.samples(); sample++) {
      seen.copy(sample, in);
      meant.copy(sample, out);
      for (int place : windows.choose(random)) {
        float[] input = new float[cols];
        float[] output = new float[rows];
        windows.input(in, place, group, input);
        windows.output(out, bias, place, group, output);
        x.add(input);
        y.add(output);
      }
      if ((long) x.size() * cols > PART || sample == seen.samples() - 1) {
        equations.add(x.toArray(float[][]::new), y.toArray(float[][]::new), threads);
        x.clear();
        y.clear();
      }
    }
    return equations;
  }
}
