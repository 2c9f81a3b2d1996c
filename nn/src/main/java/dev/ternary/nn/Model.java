package dev.ternary.nn;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.formats.packed.PackedModelFile;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.tensor.ArgMax;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Layers in a row, ready to predict. Immutable and safe to share: any number of threads may predict
 * at once. Owns native memory until it is closed.
 *
 * <p>At construction the weights are repacked for the kernel, and each batch norm that follows a
 * linear layer or convolution becomes part of it, as does a ReLU behind a ternary one, so that they
 * cost nothing; {@link #layers()} and what is saved stay as given. A batch runs in parts of bounded
 * size, so its memory is bounded, and each sample's result is the same in any batch: to the bit, or
 * within the rounding of float32 sums where a ternary layer takes {@link Activations#FLOAT32}.
 */
public final class Model implements AutoCloseable {

  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final Shape inputShape;
  private final Shape outputShape;
  private final List<Layer> layers;
  private final int inSize;
  private final int outSize;
  private final boolean ownThreads;
  private final Parallelism parallelism;
  private final Runner runner;
  private final Optional<PackedModelFile> file;

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private Model(
      Shape inputShape, List<Layer> layers, ModelOptions options, Optional<PackedModelFile> file) {
    this.inputShape = Objects.requireNonNull(inputShape, "inputShape");
    this.layers = List.copyOf(layers);
    this.inSize = size("input", inputShape);
    this.outputShape = LayerShapes.chain("layer ", this.layers, inputShape);
    this.outSize = size("output", outputShape);
    var chain = new Steps(options.kernel()).chain("layer ", this.layers, inputShape);
    this.ownThreads = options.parallelism().isEmpty();
    this.parallelism = options.parallelism().orElseGet(Parallelism::ofCores);
    this.runner = new Runner(chain, parallelism);
    this.file = file;
  }

  /**
   * A model that runs with {@link ModelOptions#defaults()}.
   *
   * @param inputShape shape of one sample, without the batch
   * @param layers in order; their weights are not needed any more once this returns, except by
   *     {@link #layers()} and {@code save}
   * @throws IllegalArgumentException if a layer does not fit what comes before it, or the bias of a
   *     ternary layer is NaN or infinite; the message gives its index and type, what was expected
   *     and what was found
   */
  public static Model of(Shape inputShape, List<Layer> layers) {
    return of(inputShape, layers, ModelOptions.defaults());
  }

  /** As {@link #of(Shape, List)}, with other options. */
  public static Model of(Shape inputShape, List<Layer> layers, ModelOptions options) {
    return new Model(inputShape, layers, options, Optional.empty());
  }

  /** Loads a model with {@link ModelOptions#defaults()}; see {@link #load(Path, ModelOptions)}. */
  public static Model load(Path path) throws IOException {
    return load(path, ModelOptions.defaults());
  }

  /**
   * Loads what {@link #save} wrote. The weights of {@link #layers()} are views of the file, which
   * stays mapped until the model is closed.
   *
   * @throws FormatException if the file is damaged or of another kind, or its architecture has a
   *     type of layer or a version that is unknown
   * @throws IOException if it cannot be read
   */
  public static Model load(Path path, ModelOptions options) throws IOException {
    PackedModelFile file = PackedModelFile.open(path);
    boolean loaded = false;
    try {
      PackedModel content = file.model();
      String text =
          content
              .architecture()
              .orElseThrow(() ->
                  new FormatException(
                      path, 0, "expected a model with its architecture, found weights alone"));
      Model model;
      try {
        ArchitectureReader.Content read = new ArchitectureReader(content).read(text);
        model = new Model(read.input(), read.layers(), options, Optional.of(file));
      } catch (IllegalArgumentException e) {
        throw new FormatException(path, 0, "architecture: " + e.getMessage(), e);
      }
      loaded = true;
      return model;
    } finally {
      if (!loaded) {
        file.close();
      }
    }
  }

  /**
   * Writes layers and input shape to one file: packed safetensors with the architecture as JSON.
   * Nothing is left behind where it fails.
   *
   * @throws IOException if it cannot be written, or exists and must not be replaced
   * @throws IllegalStateException if the model is closed
   */
  public void save(Path path, IfExists ifExists) throws IOException {
    runner.enter();
    try {
      PackedModelWriter.write(path, Architecture.toFile(inputShape, layers), ifExists);
    } finally {
      runner.exit();
    }
  }

  private static int size(String what, Shape shape) {
    if (shape.elements() < 1 || shape.elements() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the " + what + " must have from 1 to 2^31 - 1 elements, got shape " + shape);
    }
    return (int) shape.elements();
  }

  /**
   * The same network with each batch norm made part of the linear layer or convolution before it,
   * as running does at any rate: fewer numbers to store.
   *
   * @param inputShape shape of one sample, without the batch
   */
  public static List<Layer> fold(Shape inputShape, List<Layer> layers) {
    return Folding.fold(layers, inputShape).stream().flatMap(Optional::stream).toList();
  }

  /** The layers as they were given. */
  public List<Layer> layers() {
    return layers;
  }

  /** The shape of one sample. */
  public Shape inputShape() {
    return inputShape;
  }

  /** The shape of the result for one sample. */
  public Shape outputShape() {
    return outputShape;
  }

  /**
   * Predicts a batch.
   *
   * @param batch samples one after the other, each in row-major order
   * @return the results one after the other
   * @throws IllegalArgumentException if the length is no multiple of the input size, or an
   *     activation that must be quantized to int8 is NaN or infinite
   * @throws IllegalStateException if the model is closed
   */
  public float[] predict(float[] batch) {
    if (batch.length % inSize != 0) {
      throw new IllegalArgumentException(
          "the length of a batch must be a multiple of "
              + inSize
              + " for input "
              + inputShape
              + ", got "
              + batch.length);
    }
    int count = batch.length / inSize;
    float[] results = new float[resultLength(count)];
    predict(count, new ArrayInputs(batch, results, outSize));
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
   * @throws IllegalStateException if the model is closed
   */
  public Tensor predict(Tensor batch) {
    int count = samples(batch.shape());
    float[] results = new float[resultLength(count)];
    predict(count, new TensorInputs(batch, results, outSize));
    return Tensor.of(withBatch(count, outputShape), results);
  }

  /**
   * The index of the largest output of each sample, the first where several are largest.
   *
   * @param batch as in {@link #predict(float[])}
   */
  public int[] predictClasses(float[] batch) {
    return classes(predict(batch));
  }

  /**
   * The index of the largest output of each sample, the first where several are largest.
   *
   * @param batch as in {@link #predict(Tensor)}
   */
  public int[] predictClasses(Tensor batch) {
    return classes(predict(batch).toFloatArray());
  }

  private int[] classes(float[] results) {
    int[] classes = new int[results.length / outSize];
    for (int sample = 0; sample < classes.length; sample++) {
      classes[sample] = ArgMax.of(results, sample * outSize, outSize);
    }
    return classes;
  }

  private void predict(int count, Inputs batch) {
    try {
      runner.run(count, batch);
    } catch (IllegalArgumentException e) {
      for (long i = 0; i < (long) count * inSize; i++) {
        if (!Float.isFinite(batch.value(i))) {
          throw new IllegalArgumentException(
              "the input must be finite, got "
                  + batch.value(i)
                  + " in sample "
                  + i / inSize
                  + " at index "
                  + Shape.of(inputShape.indexOf(i % inSize)),
              e);
        }
      }
      throw e;
    }
  }

  private int resultLength(int count) {
    long length = (long) count * outSize;
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "the results of " + count + " samples of " + outputShape + " do not fit an array");
    }
    return (int) length;
  }

  private int samples(Shape shape) {
    boolean fits = shape.rank() >= 1 && shape.dim(0) <= Integer.MAX_VALUE;
    if (fits) {
      Shape flat = Shape.of(shape.dim(0), inSize);
      fits = shape.equals(flat) || shape.equals(withBatch(shape.dim(0), inputShape));
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "a batch must have shape [samples, ...] with samples of "
              + inputShape
              + " or ["
              + inSize
              + "], got "
              + shape);
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
    runner.close();
    file.ifPresent(PackedModelFile::close);
    if (ownThreads) {
      parallelism.close();
    }
  }

  @Override
  public String toString() {
    return "model of " + layers.size() + " layers, " + inputShape + " to " + outputShape;
  }

  /** Samples whose values can be looked at, and where their results go. */
  private abstract static sealed class Inputs implements Runner.Batch
      permits ArrayInputs, TensorInputs {
    private final float[] results;
    private final int outSize;

    Inputs(float[] results, int outSize) {
      this.results = results;
      this.outSize = outSize;
    }

    abstract float value(long index);

    @Override
    public final void store(int from, FloatMatrix y) {
      MemorySegment.copy(y.values(), FLOAT, 0, results, from * outSize, y.rows() * outSize);
    }
  }

  private static final class ArrayInputs extends Inputs {
    private final float[] batch;

    ArrayInputs(float[] batch, float[] results, int outSize) {
      super(results, outSize);
      this.batch = batch;
    }

    @Override
    float value(long index) {
      return batch[(int) index];
    }

    @Override
    public void load(int from, FloatMatrix x) {
      MemorySegment.copy(batch, from * x.cols(), x.values(), FLOAT, 0, x.rows() * x.cols());
    }
  }

  private static final class TensorInputs extends Inputs {
    private final Tensor batch;

    TensorInputs(Tensor batch, float[] results, int outSize) {
      super(results, outSize);
      this.batch = batch;
    }

    @Override
    float value(long index) {
      return batch.getFloat(index);
    }

    @Override
    public void load(int from, FloatMatrix x) {
      long first = (long) from * x.cols();
      long count = (long) x.rows() * x.cols();
      if (batch.dtype() == DType.F32) {
        MemorySegment.copy(batch.data(), F32, 4 * first, x.values(), FLOAT, 0, count);
        return;
      }
      for (long i = 0; i < count; i++) {
        x.values().setAtIndex(FLOAT, i, batch.getFloat(first + i));
      }
    }
  }
}
