package dev.ternary.pytorch.script;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.pytorch.Torch;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * How the outputs of a graph differ from those of the archive that it was made of, which libtorch
 * runs, for random inputs.
 *
 * @param difference the largest difference of an output
 * @param largest the largest output of libtorch, without its sign
 * @param spread the largest difference of an output between two samples: where it is small, outputs
 *     hardly depend on the input, and the comparison says little
 */
public record TorchScriptComparison(double difference, double largest, double spread) {

  /**
   * What the difference may be, of the largest output: PyTorch sums in another order and with other
   * instructions, which after 100 layers made 1e-5; a wrong operator makes far more.
   */
  public static final double BOUND = 1e-4;

  private static final int SAMPLES = 3;

  /**
   * Runs both on random inputs, from the normal distribution.
   *
   * @throws FormatException if libtorch refuses the file or the inputs; the message says why
   * @throws IllegalStateException if PyTorch is missing; the message says what to add
   */
  public static TorchScriptComparison of(Graph graph, Path archive) throws IOException {
    RandomGenerator random = new SplittableRandom(1);
    var inputs = new LinkedHashMap<String, Tensor>();
    for (Input input : graph.inputs()) {
      inputs.put(input.name(), normal(input.dims().most(), random));
    }
    List<float[]> theirs = theirs(archive, List.copyOf(inputs.values()));
    var ours = new ArrayList<float[]>();
    try (var model = dev.ternary.nn.Model.of(graph)) {
      Map<String, Tensor> outputs = model.run(inputs);
      for (String name : graph.outputs()) {
        ours.add(Objects.requireNonNull(outputs.get(name), name).toFloatArray());
      }
    }
    if (theirs.size() != ours.size()) {
      throw new FormatException(
          archive, 0, "libtorch gives " + theirs.size() + " outputs, the graph " + ours.size());
    }
    return compare(archive, ours, theirs);
  }

  private static TorchScriptComparison compare(
      Path archive, List<float[]> ours, List<float[]> theirs) throws FormatException {
    double difference = 0;
    double largest = 0;
    double spread = 0;
    for (int i = 0; i < ours.size(); i++) {
      float[] a = ours.get(i);
      float[] b = theirs.get(i);
      if (a.length != b.length) {
        throw new FormatException(
            archive,
            0,
            "libtorch gives " + b.length + " numbers as output " + i + ", the graph " + a.length);
      }
      int size = b.length / SAMPLES;
      for (int k = 0; k < b.length; k++) {
        double apart = Math.abs((double) a[k] - b[k]);
        // NaN and infinity of both are equal; of one they are no difference that is allowed.
        boolean same = Float.compare(a[k], b[k]) == 0;
        difference =
            same
                ? difference
                : Math.max(difference, Double.isNaN(apart) ? Double.POSITIVE_INFINITY : apart);
        largest = Math.max(largest, Double.isFinite(b[k]) ? Math.abs(b[k]) : 0);
        double others = Math.abs((double) b[k] - b[k % size]);
        spread = Math.max(spread, Double.isNaN(others) ? 0 : others);
      }
    }
    return new TorchScriptComparison(difference, largest, spread);
  }

  /** The difference, of the largest output. */
  public double relative() {
    return difference == 0 ? 0 : difference / largest;
  }

  /** Whether the graph does what the archive does, up to rounding. */
  public boolean agrees() {
    return relative() <= BOUND;
  }

  /** Whether outputs depend on the input enough for that to mean something. */
  public boolean saysMuch() {
    return spread >= 100 * BOUND * largest && spread > 0;
  }

  private static Tensor normal(Shape sample, RandomGenerator random) {
    long[] dims = new long[sample.rank() + 1];
    dims[0] = SAMPLES;
    System.arraycopy(sample.toArray(), 0, dims, 1, sample.rank());
    float[] values = new float[Math.toIntExact(SAMPLES * sample.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(Shape.of(dims), values);
  }

  private static List<float[]> theirs(Path archive, List<Tensor> inputs) throws IOException {
    Torch.start(1);
    Path file = archive.toAbsolutePath();
    try (Model model = Model.newInstance("script", "PyTorch");
        NDManager manager = NDManager.newBaseManager("PyTorch")) {
      model.load(
          Objects.requireNonNull(file.getParent()),
          Objects.requireNonNull(file.getFileName()).toString());
      var list = new NDList();
      for (Tensor input : inputs) {
        list.add(
            manager.create(
                input.toFloatArray(), new ai.djl.ndarray.types.Shape(input.shape().toArray())));
      }
      NDList outputs = model.getBlock().forward(new ParameterStore(manager, false), list, false);
      var results = new ArrayList<float[]>();
      for (NDArray output : outputs) {
        results.add(output.toFloatArray());
      }
      return results;
    } catch (EngineException | MalformedModelException | IllegalStateException e) {
      throw new FormatException(archive, 0, "libtorch does not run it: " + Text.message(e), e);
    }
  }
}
