package dev.ternary.pytorch.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.ternary.pytorch.functions.ActivationRounding;

/**
 * A 2-D convolution that trains float shadow weights {@code [filters, channels / groups, height,
 * width]} and computes with ternary ones, as {@link TernaryLinear} does. Input and output are
 * {@code [batch, channels, height, width]}.
 */
public final class TernaryConv2d extends Conv2d implements TernaryBlock {

  private final TernaryWeight ternary;

  private TernaryConv2d(Builder builder) {
    super(builder);
    ternary = new TernaryWeight(builder.options, weight);
    ternary.scales().forEach(this::addParameter);
    weight.setInitializer(new FanInUniform());
  }

  /** A builder of layers with these options; stride 1, no padding, one group, with bias. */
  public static Builder builder(TernaryOptions options) {
    return new Builder(options);
  }

  @Override
  public TernaryWeight ternary() {
    return ternary;
  }

  @Override
  protected void prepare(Shape[] inputs) {
    super.prepare(inputs);
    ternary.prepareScales();
    if (includeBias) {
      long channels = inputs[0].get(1);
      bias.setInitializer(new FanInUniform(channels / groups * kernelShape.size()));
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
    NDArray b = parameterStore.getValue(bias, x.getDevice(), training);
    return conv2d(
        ActivationRounding.of(x, options().activations()), q, b, stride, padding, dilation, groups);
  }

  /** Builds {@link TernaryConv2d} layers. */
  public static final class Builder extends Conv2d.Builder {

    private final TernaryOptions options;

    private Builder(TernaryOptions options) {
      this.options = options;
    }

    @Override
    public Builder setKernelShape(Shape kernel) {
      super.setKernelShape(kernel);
      return this;
    }

    @Override
    public Builder setFilters(int count) {
      super.setFilters(count);
      return this;
    }

    @Override
    public Builder optStride(Shape steps) {
      super.optStride(steps);
      return this;
    }

    @Override
    public Builder optPadding(Shape sides) {
      super.optPadding(sides);
      return this;
    }

    @Override
    public Builder optDilation(Shape gaps) {
      super.optDilation(gaps);
      return this;
    }

    @Override
    public Builder optGroups(int count) {
      super.optGroups(count);
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
     * @throws IllegalArgumentException if kernel shape or filters were not set
     */
    @Override
    public TernaryConv2d build() {
      validate();
      stride = stride == null ? new Shape(1, 1) : stride;
      padding = padding == null ? new Shape(0, 0) : padding;
      dilation = dilation == null ? new Shape(1, 1) : dilation;
      return new TernaryConv2d(this);
    }
  }
}
