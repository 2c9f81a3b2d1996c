package dev.ternary.nn;

import dev.ternary.formats.FormatException;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PreparedGraph.SizedGraph;
import dev.ternary.nn.cpu.CpuBackend;
import dev.ternary.nn.graph.Dims;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.graph.Input;
import dev.ternary.tensor.ArgMax;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph ready to predict. Immutable and safe to share: any number of threads may predict at once.
 * Owns native memory and threads until it is closed. One that is forgotten is closed some time
 * after nobody can reach it, with one warning in the log, except that its file stays mapped, as
 * others may have views of it.
 *
 * <p>At construction the weights are repacked for the kernel, each batch norm that follows a linear
 * layer or convolution becomes part of it, as does a ReLU, so that they cost nothing; {@link
 * #graph()} stays as given. A batch runs in parts of bounded size, so its memory is bounded, and
 * each sample's result is the same in any batch: to the bit, or within the rounding of float32 sums
 * where a ternary layer takes {@link dev.ternary.kernel.Activations#FLOAT32}.
 */
public final class Model implements AutoCloseable {

  private final Graph graph;
  private final Runner runner;
  private final Lifetime lifetime;

  /** Of a graph with one input of a fixed shape and one output. */
  private final Optional<Single> single;

  /** What a graph with one input of a fixed shape and one output is known to take and give. */
  private record Single(SizedGraph sized, Shape in, Shape out, int inSize, int outSize) {}

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private Model(Graph graph, ModelOptions options, Optional<GraphFile> file) {
    this.graph = graph;
    var prepared = new CpuBackend(options.kernel()).prepare(graph);
    Parallelism parallelism = options.parallelism().orElseGet(Parallelism::ofCores);
    Optional<Parallelism> own =
        options.parallelism().isEmpty() ? Optional.of(parallelism) : Optional.empty();
    this.runner = new Runner(prepared, parallelism);
    this.lifetime = Lifetime.of(this, runner, own, file);
    Dims in = graph.inputs().getFirst().dims();
    if (graph.inputs().size() == 1 && graph.outputs().size() == 1 && in.isFixed()) {
      Shape shape = in.most();
      SizedGraph sized = runner.sized(List.of(shape));
      Shape out = sized.outputs().getFirst();
      single =
          Optional.of(new Single(sized, shape, out, (int) shape.elements(), (int) out.elements()));
    } else {
      single = Optional.empty();
    }
  }

  /**
   * A model that runs with {@link ModelOptions#defaults()}.
   *
   * @param graph its weights are not needed any more once this returns, except by {@link #graph()}
   * @throws IllegalArgumentException if an operation cannot run, such as a ternary layer whose bias
   *     is NaN or infinite; the message names the layer
   */
  public static Model of(Graph graph) {
    return of(graph, ModelOptions.defaults());
  }

  /** As {@link #of(Graph)}, with other options. */
  public static Model of(Graph graph, ModelOptions options) {
    return new Model(graph, options, Optional.empty());
  }

  /** Loads a model with {@link ModelOptions#defaults()}; see {@link #load(Path, ModelOptions)}. */
  public static Model load(Path path) throws IOException {
    return load(path, ModelOptions.defaults());
  }

  /**
   * Loads what {@link Graph#save} wrote. The weights of {@link #graph()} are views of the file,
   * which stays mapped until the model is closed.
   *
   * @throws FormatException if the file is damaged or of another kind, or its architecture has a
   *     type of layer or a version that is unknown
   * @throws IOException if it cannot be read
   */
  public static Model load(Path path, ModelOptions options) throws IOException {
    GraphFile file = GraphFile.open(path);
    boolean loaded = false;
    try {
      var model = new Model(file.graph(), options, Optional.of(file));
      loaded = true;
      return model;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new FormatException(path, 0, "architecture: " + e.getMessage(), e);
    } finally {
      if (!loaded) {
        file.close();
      }
    }
  }

  /** The graph as it was given. */
  public Graph graph() {
    return graph;
  }

  /**
   * The shape of one sample.
   *
   * @throws IllegalStateException if the graph has several inputs or outputs, or free dimensions
   */
  public Shape inputShape() {
    return single().in();
  }

  /**
   * The shape of the result for one sample.
   *
   * @throws IllegalStateException if the graph has several inputs or outputs, or free dimensions
   */
  public Shape outputShape() {
    return single().out();
  }

  private Single single() {
    return single.orElseThrow(() ->
        new IllegalStateException(
            "this needs one input of a fixed shape and one output; the model is a "
                + graph
                + ": Model.run takes and gives values by name"));
  }

  /**
   * Predicts a batch.
   *
   * @param batch samples one after the other, each in row-major order
   * @return the results one after the other
   * @throws IllegalArgumentException if the length is no multiple of the input size, or an
   *     activation that must be quantized to int8 is NaN or infinite
   * @throws IllegalStateException if the model is closed, or has several inputs or outputs or free
   *     dimensions
   */
  public float[] predict(float[] batch) {
    Single s = single();
    if (batch.length % s.inSize() != 0) {
      throw new IllegalArgumentException(
          "the length of a batch must be a multiple of "
              + s.inSize()
              + " for input "
              + s.in()
              + ", got "
              + batch.length);
    }
    int count = batch.length / s.inSize();
    float[] results = new float[resultLength(count, s.out())];
    run(s.sized(), count, new Batches.OfArray(batch, results), graph.inputs(), s.in());
    return results;
  }

  /**
   * Predicts a batch.
   *
   * @param batch {@code [samples, ...]} with the input shape, or {@code [samples, elements]}; any
   *     type, converted to float32
   * @return F32 {@code [samples, ...]} with the output shape
   * @throws IllegalArgumentException if the shape does not fit, or an activation that must be
   *     quantized to int8 is NaN or infinite
   * @throws IllegalStateException if the model is closed, or has several inputs or outputs
   */
  public Tensor predict(Tensor batch) {
    if (single.isEmpty() && graph.inputs().size() == 1 && graph.outputs().size() == 1) {
      Map<String, Tensor> results = run(Map.of(graph.inputs().getFirst().name(), batch));
      return results.values().iterator().next();
    }
    Single s = single();
    int count = samples(s, batch.shape());
    float[] results = new float[resultLength(count, s.out())];
    run(s.sized(), count, new Batches.OfTensors(List.of(batch), results), graph.inputs(), s.in());
    return Tensor.of(withBatch(count, s.out()), results);
  }

  /**
   * Refuses a batch with NaN or an infinity, which layers that do not round their input to int8
   * pass on; predictions do not look for them.
   *
   * @param batch as in {@link #predict(Tensor)}
   * @throws IllegalArgumentException if there is one, or the shape does not fit; the message says
   *     where
   * @throws IllegalStateException if the model has several inputs or outputs or free dimensions
   */
  public void requireFinite(Tensor batch) {
    Single s = single();
    int count = samples(s, batch.shape());
    FiniteInputs.fault(
            graph.inputs(), List.of(s.in()), count, new Batches.OfTensors(List.of(batch)))
        .ifPresent(fault -> {
          throw new IllegalArgumentException(fault);
        });
  }

  /**
   * Predicts a batch of any graph.
   *
   * @param inputs for the name of each input {@code [samples, ...]} with its shape; any type,
   *     converted to float32
   * @return F32 {@code [samples, ...]} for the name of each output, in their order
   * @throws IllegalArgumentException if a name or shape does not fit, or an activation that must be
   *     quantized to int8 is NaN or infinite
   * @throws IllegalStateException if the model is closed
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    List<Tensor> tensors = inOrder(inputs);
    List<Shape> shapes = new ArrayList<>();
    long count = tensors.getFirst().shape().rank() < 1 ? -1 : tensors.getFirst().shape().dim(0);
    for (int i = 0; i < tensors.size(); i++) {
      Shape shape = tensors.get(i).shape();
      if (shape.rank() < 1 || shape.dim(0) != count || count > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "input '"
                + graph.inputs().get(i).name()
                + "': expected [samples, ...] with as many samples as the others, got "
                + shape);
      }
      shapes.add(Shape.of(Arrays.copyOfRange(shape.toArray(), 1, shape.rank())));
    }
    return run(tensors, shapes, (int) count);
  }

  private List<Tensor> inOrder(Map<String, Tensor> inputs) {
    List<Tensor> tensors = new ArrayList<>();
    for (Input input : graph.inputs()) {
      Tensor tensor = inputs.get(input.name());
      if (tensor == null || inputs.size() != graph.inputs().size()) {
        throw new IllegalArgumentException(
            "expected the inputs "
                + graph.inputs().stream().map(Input::name).toList()
                + ", got "
                + inputs.keySet().stream().sorted().toList());
      }
      tensors.add(tensor);
    }
    return tensors;
  }

  private Map<String, Tensor> run(List<Tensor> tensors, List<Shape> shapes, int count) {
    SizedGraph sized = runner.sized(shapes);
    float[][] results =
        sized.outputs().stream()
            .map(shape -> new float[resultLength(count, shape)])
            .toArray(float[][]::new);
    run(
        sized,
        count,
        new Batches.OfTensors(tensors, results),
        graph.inputs(),
        shapes.toArray(Shape[]::new));
    var named = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < results.length; i++) {
      named.put(
          graph.outputs().get(i), Tensor.of(withBatch(count, sized.outputs().get(i)), results[i]));
    }
    return named;
  }

  /**
   * The index of the largest output of each sample, the first where several are largest.
   *
   * @param batch as in {@link #predict(float[])}
   */
  public int[] predictClasses(float[] batch) {
    return classes(predict(batch), single().outSize());
  }

  /**
   * The index of the largest output of each sample, the first where several are largest.
   *
   * @param batch as in {@link #predict(Tensor)}
   */
  public int[] predictClasses(Tensor batch) {
    Tensor y = predict(batch);
    long samples = y.shape().dim(0);
    int outSize = samples == 0 ? 1 : (int) (y.shape().elements() / samples);
    return classes(y.toFloatArray(), outSize);
  }

  private static int[] classes(float[] results, int outSize) {
    int[] classes = new int[results.length / outSize];
    for (int sample = 0; sample < classes.length; sample++) {
      classes[sample] = ArgMax.of(results, sample * outSize, outSize);
    }
    return classes;
  }

  private void run(
      SizedGraph sized, int count, Batches batch, List<Input> inputs, Shape... shapes) {
    try {
      runner.run(sized, count, batch);
    } catch (IllegalArgumentException e) {
      Optional<String> fault = FiniteInputs.fault(inputs, List.of(shapes), count, batch);
      if (fault.isPresent()) {
        throw new IllegalArgumentException(fault.get(), e);
      }
      throw e;
    } finally {
      // A model that is not needed after this call must not be freed in it.
      Reference.reachabilityFence(this);
    }
  }

  private static int resultLength(int count, Shape out) {
    long length = count * out.elements();
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "the results of " + count + " samples of " + out + " do not fit an array");
    }
    return (int) length;
  }

  private static int samples(Single s, Shape shape) {
    boolean fits = shape.rank() >= 1 && shape.dim(0) <= Integer.MAX_VALUE;
    if (fits) {
      Shape flat = Shape.of(shape.dim(0), s.inSize());
      fits = shape.equals(flat) || shape.equals(withBatch(shape.dim(0), s.in()));
    }
    if (!fits) {
      Shape flat = Shape.of(s.inSize());
      boolean one = shape.equals(s.in()) || shape.equals(flat);
      throw new IllegalArgumentException(
          "a batch must have shape [samples, ...] with samples of "
              + s.in()
              + (s.in().equals(flat) ? "" : " or " + flat)
              + ", got "
              + (one ? "one sample: make it " + withBatch(1, shape) : shape));
    }
    return (int) shape.dim(0);
  }

  private static Shape withBatch(long count, Shape sample) {
    long[] dims = new long[sample.rank() + 1];
    dims[0] = count;
    System.arraycopy(sample.toArray(), 0, dims, 1, sample.rank());
    return Shape.of(dims);
  }

  /**
   * Waits for running predictions, then frees all memory. Later predictions are refused with "Model
   * is closed". May be called again.
   */
  @Override
  public void close() {
    lifetime.close();
  }

  /** Such as {@code model of 7 layers, x [28, 28] to 6 [10]}. */
  @Override
  public String toString() {
    return graph.toString().replaceFirst("graph", "model");
  }
}
