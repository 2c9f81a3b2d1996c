package dev.ternary.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.ternary.nn.Activations;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.bridge.PackedWeights;
import dev.ternary.pytorch.bridge.TorchBridge;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer with fixed ternary weights: {@code x W^T + b} with the packed kernels where {@link
 * TorchBridge} is available, and with the same weights as float32 where it is not. Passes gradients
 * on to its input. It has no parameters, so a model that is saved does not contain it; {@link
 * #matrix} gives what to keep.
 *
 * <p>Valid as long as the manager that it was made for.
 */
public final class PackedLinear extends AbstractBlock {

  private final TernaryMatrix matrix;
  private final Activations activations;
  private final Optional<PackedWeights> packed;
  private final Optional<NDArray> dense;
  private final @Nullable NDArray bias;

  private PackedLinear(
      NDManager manager, TernaryMatrix matrix, Activations activations, float[] bias) {
    this.matrix = matrix;
    this.activations = activations;
    int rows = matrix.rows();
    if (bias.length != 0 && bias.length != rows) {
      throw new IllegalArgumentException(
          "a bias of " + rows + " values or none is needed, got " + bias.length);
    }
    boolean bridge = TorchBridge.state() instanceof TorchBridge.State.Registered;
    packed =
        bridge ? Optional.of(PackedWeights.of(manager, matrix, activations)) : Optional.empty();
    dense =
        bridge
            ? Optional.empty()
            : Optional.of(manager.create(matrix.toFloatArray(), new Shape(rows, matrix.cols())));
    this.bias = bias.length == 0 ? null : manager.create(bias);
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
    return new PackedLinear(manager, matrix, activations, bias);
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

  /** The weights. */
  public TernaryMatrix matrix() {
    return matrix;
  }

  /** Whether the packed kernels compute; otherwise {@link TorchBridge#state} says why not. */
  public boolean packed() {
    return packed.isPresent();
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDArray x = inputs.singletonOrThrow();
    if (packed.isPresent()) {
      NDArray y = TorchBridge.linear(x, packed.get());
      return new NDList(bias == null ? y : y.add(bias));
    }
    NDArray input = ActivationRounding.of(x, activations);
    return Linear.linear(input, dense.orElseThrow(), bias);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Shape x = inputs[0];
    return new Shape[] {x.slice(0, x.dimension() - 1).add(matrix.rows())};
  }
}
