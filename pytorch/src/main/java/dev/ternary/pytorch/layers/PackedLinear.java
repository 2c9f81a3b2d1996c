package dev.ternary.pytorch.layers;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.bridge.PackedBytes;
import dev.ternary.pytorch.bridge.PackedWeights;
import dev.ternary.pytorch.bridge.TorchBridge;
import dev.ternary.pytorch.functions.ActivationRounding;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer with fixed ternary weights: {@code x W^T + b} with the packed kernels where {@link
 * TorchBridge} is available, and with the same weights as float32 where it is not. Passes gradients
 * on to its input. It has no parameters that could be trained, but a model that is saved holds its
 * packed weights, and one that is loaded gives them back, to a layer of {@link #toLoad} too.
 *
 * <p>Valid as long as the manager that its weights were made for.
 */
public final class PackedLinear extends AbstractBlock {

  /** Of the saved form. A layer of version 1 was saved without its weights. */
  private static final byte VERSION = 2;

  /** Packed bytes in front of scales and trits; they take 5 bytes a weight at most. */
  private static final long HEADER = 24;

  private final int rows;
  private final int cols;
  private Optional<Weights> weights = Optional.empty();

  /** What the layer computes with: packed or dense, and a bias or none. */
  private record Weights(
      PackedBytes bytes,
      Optional<PackedWeights> packed,
      Optional<NDArray> dense,
      Optional<NDArray> bias) {

    static Weights of(NDManager manager, PackedBytes bytes, float[] bias) {
      TernaryMatrix matrix = bytes.matrix();
      boolean bridge = TorchBridge.state() instanceof TorchBridge.State.Registered;
      return new Weights(
          bytes,
          bridge
              ? Optional.of(PackedWeights.of(manager, matrix, bytes.activations()))
              : Optional.empty(),
          bridge
              ? Optional.empty()
              : Optional.of(
                  manager.create(matrix.toFloatArray(), new Shape(matrix.rows(), matrix.cols()))),
          bias.length == 0 ? Optional.empty() : Optional.of(manager.create(bias)));
    }

    void close() {
      packed.ifPresent(PackedWeights::close);
      dense.ifPresent(NDArray::close);
      bias.ifPresent(NDArray::close);
    }
  }

  private PackedLinear(int rows, int cols) {
    super(VERSION);
    this.rows = rows;
    this.cols = cols;
    inputShapes = new Shape[] {new Shape(1, cols)};
  }

  /**
   * A layer.
   *
   * @param manager what the weights live in
   * @param bias one value a row, or none at all
   * @throws IllegalArgumentException if the bias has another length
   */
  public static PackedLinear of(
      NDManager manager, TernaryMatrix matrix, Activations activations, float... bias) {
    int rows = matrix.rows();
    if (bias.length != 0 && bias.length != rows) {
      throw new IllegalArgumentException(
          "a bias of " + rows + " values or none is needed, got " + bias.length);
    }
    var layer = new PackedLinear(rows, matrix.cols());
    layer.weights = Optional.of(Weights.of(manager, new PackedBytes(matrix, activations), bias));
    return layer;
  }

  /** The present weights of a trained layer. */
  public static PackedLinear of(NDManager manager, TernaryLinear trained) {
    Parameter bias = trained.getDirectParameters().get("bias");
    return of(
        manager,
        trained.ternaryMatrix(),
        trained.options().activations(),
        bias == null ? new float[0] : bias.getArray().toFloatArray());
  }

  /**
   * A layer without weights, for a block whose parameters are loaded then.
   *
   * @param units outputs, the rows of the weights
   * @param inputs their columns
   */
  public static PackedLinear toLoad(int units, int inputs) {
    if (units < 1 || inputs < 1) {
      throw new IllegalArgumentException(
          "a linear layer needs 1 unit and input or more, got " + units + " and " + inputs);
    }
    return new PackedLinear(units, inputs);
  }

  private Weights weights() {
    return weights.orElseThrow(
        () -> new IllegalStateException(this + " has no weights yet: load the model first"));
  }

  /**
   * The weights.
   *
   * @throws IllegalStateException if they are not loaded yet
   */
  public TernaryMatrix matrix() {
    return weights().bytes().matrix();
  }

  /**
   * Whether the packed kernels compute; otherwise {@link TorchBridge#state} says why not.
   *
   * @throws IllegalStateException if there are no weights yet
   */
  public boolean packed() {
    return weights().packed().isPresent();
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDArray x = inputs.singletonOrThrow();
    Weights w = weights();
    if (w.packed().isPresent()) {
      NDArray y = w.packed().get().linear(x);
      return new NDList(w.bias().map(y::add).orElse(y));
    }
    NDArray input = ActivationRounding.of(x, w.bytes().activations());
    return Linear.linear(input, w.dense().orElseThrow(), w.bias().orElse(null));
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Shape x = inputs[0];
    return new Shape[] {x.slice(0, x.dimension() - 1).add(rows)};
  }

  @Override
  public boolean isInitialized() {
    return weights.isPresent();
  }

  /**
   * Writes a version byte, then the weights as {@link PackedBytes} and the bias as float32, each
   * after its length.
   */
  @Override
  public void saveParameters(DataOutputStream out) throws IOException {
    Weights w = weights();
    out.writeByte(VERSION);
    byte[] bytes = w.bytes().toArray();
    out.writeInt(bytes.length);
    out.write(bytes);
    float[] bias = w.bias().map(NDArray::toFloatArray).orElse(new float[0]);
    out.writeInt(bias.length);
    for (float value : bias) {
      out.writeFloat(value);
    }
  }

  /**
   * Takes the weights that {@link #saveParameters} wrote in place of its own, for {@code manager}.
   *
   * @throws MalformedModelException if they are no packed weights, or have another shape or version
   */
  @Override
  public void loadParameters(NDManager manager, DataInputStream in)
      throws IOException, MalformedModelException {
    byte version = in.readByte();
    if (version != VERSION) {
      throw refusal("was saved with version " + version + ", this is version " + VERSION);
    }
    int length = in.readInt();
    if (length < 0 || length > HEADER + 5L * rows * cols + Float.BYTES * (rows + 1L)) {
      throw refusal("has weights of " + length + " bytes");
    }
    var bytes = new byte[length];
    in.readFully(bytes);
    PackedBytes read = packedBytes(bytes);
    TernaryMatrix matrix = read.matrix();
    if (matrix.rows() != rows || matrix.cols() != cols) {
      throw refusal("has weights [" + matrix.rows() + ", " + matrix.cols() + "]");
    }
    int biases = in.readInt();
    if (biases != 0 && biases != rows) {
      throw refusal("has " + biases + " biases");
    }
    float[] bias = new float[biases];
    for (int i = 0; i < biases; i++) {
      bias[i] = in.readFloat();
    }
    Weights loaded = Weights.of(manager, read, bias);
    weights.ifPresent(Weights::close);
    weights = Optional.of(loaded);
  }

  private PackedBytes packedBytes(byte[] bytes) throws MalformedModelException {
    try {
      return PackedBytes.of(MemorySegment.ofArray(bytes));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new MalformedModelException(this + " cannot load its weights: " + e.getMessage(), e);
    }
  }

  private MalformedModelException refusal(String found) {
    return new MalformedModelException(this + " cannot load a layer that " + found);
  }

  /** Such as {@code PackedLinear [256, 784]}. */
  @Override
  public String toString() {
    return "PackedLinear [" + rows + ", " + cols + "]";
  }
}
