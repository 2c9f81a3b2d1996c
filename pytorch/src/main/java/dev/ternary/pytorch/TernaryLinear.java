package dev.ternary.pytorch;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.ternary.packed.TernaryMatrix;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Objects;

/**
 * A linear layer that trains float shadow weights {@code [units, inputs]} and computes with ternary
 * ones. Forward is {@code x q^T + b} with {@code q} the ternary weights; backward passes the
 * gradient of {@code q} to the shadow weights unchanged. It is a {@link Linear}, so that it fits
 * where a block declares one.
 *
 * <p>In evaluation the ternary weights are made once and kept until the next training step.
 */
public final class TernaryLinear extends Linear implements TernaryBlock {

  private final TernaryWeight ternary;

  private TernaryLinear(Builder builder) {
    super(builder);
    ternary = new TernaryWeight(builder.options);
    ternary.scale().ifPresent(this::addParameter);
    weight().setInitializer(new FanInUniform());
  }

  /** A layer of {@code units} outputs with bias. */
  public static TernaryLinear of(long units, TernaryOptions options) {
    return builder(options).setUnits(units).build();
  }

  /** A builder of layers with these options. */
  public static Builder builder(TernaryOptions options) {
    return new Builder(options);
  }

  @Override
  public TernaryOptions options() {
    return ternary.options();
  }

  @Override
  public byte[] ternaryWeights() {
    return ternary.trits(weight());
  }

  @Override
  public TernaryMatrix ternaryMatrix() {
    return ternary.matrix(weight());
  }

  @Override
  public void refresh() {
    ternary.refresh();
  }

  @Override
  public void continueAfter(long steps) {
    ternary.continueAfter(steps);
  }

  @Override
  public void prepare(Shape[] inputShapes) {
    super.prepare(inputShapes);
    ternary.prepareScale(weight().getShape().get(0));
    Parameter bias = parameters.get("bias");
    if (bias != null) {
      Shape input = inputShapes[0];
      bias.setInitializer(new FanInUniform(input.get(input.dimension() - 1)));
    }
  }

  @Override
  public void initialize(NDManager manager, DataType dataType, Shape... shapes) {
    boolean fresh = !isInitialized();
    super.initialize(manager, dataType, shapes);
    if (fresh) {
      ternary.startScale(weight());
    }
  }

  @Override
  public void loadParameters(NDManager manager, DataInputStream is)
      throws IOException, MalformedModelException {
    refresh();
    super.loadParameters(manager, is);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      PairList<String, Object> params) {
    NDArray x = inputs.singletonOrThrow();
    var step = new TernaryWeight.Step(x.getManager(), x.getDevice(), training);
    NDArray q = ternary.of(weight(), parameterStore, step);
    NDArray b = parameterStore.getValue(parameters.get("bias"), x.getDevice(), training);
    return linear(ternary.activations(x), q, b);
  }

  private Parameter weight() {
    return Objects.requireNonNull(parameters.get("weight"), "weight");
  }

  /** Builds {@link TernaryLinear} layers. */
  public static final class Builder extends Linear.Builder {

    private final TernaryOptions options;

    private Builder(TernaryOptions options) {
      this.options = options;
    }

    @Override
    public Builder setUnits(long units) {
      super.setUnits(units);
      return this;
    }

    @Override
    public Builder optBias(boolean bias) {
      super.optBias(bias);
      return this;
    }

    /**
     * Makes the layer.
     *
     * @throws IllegalArgumentException if the units were not set
     */
    @Override
    public TernaryLinear build() {
      if (units < 1) {
        throw new IllegalArgumentException("a linear layer needs 1 unit or more, got " + units);
      }
      return new TernaryLinear(this);
    }
  }
}
