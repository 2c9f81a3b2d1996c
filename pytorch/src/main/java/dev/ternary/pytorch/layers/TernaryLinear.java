package dev.ternary.pytorch.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.ternary.pytorch.functions.ActivationRounding;
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
    ternary = new TernaryWeight(builder.options, weight());
    ternary.scales().forEach(this::addParameter);
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
  public TernaryWeight ternary() {
    return ternary;
  }

  @Override
  public void prepare(Shape[] inputShapes) {
    super.prepare(inputShapes);
    ternary.prepareScales();
    Parameter bias = parameters.get("bias");
    if (bias != null) {
      Shape input = inputShapes[0];
      bias.setInitializer(new FanInUniform(input.get(input.dimension() - 1)));
    }
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      PairList<String, Object> params) {
    NDArray x = inputs.singletonOrThrow();
    NDArray q = ternary.of(parameterStore, x, training);
    NDArray b = parameterStore.getValue(parameters.get("bias"), x.getDevice(), training);
    return linear(ActivationRounding.of(x, options().activations()), q, b);
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
