package dev.ternary.pytorch;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.ternary.packed.TernaryMatrix;
import java.io.DataInputStream;
import java.io.IOException;

/**
 * A 2-D convolution that trains float shadow weights {@code [filters, channels / groups, height,
 * width]} and computes with ternary ones, as {@link TernaryLinear} does. Input and output are
 * {@code [batch, channels, height, width]}.
 */
public final class TernaryConv2d extends Conv2d implements TernaryBlock {

  private final TernaryWeight ternary;

  private TernaryConv2d(Builder builder) {
    super(builder);
    ternary = new TernaryWeight(builder.options);
    ternary.scale().ifPresent(this::addParameter);
    weight.setInitializer(new FanInUniform());
  }

  /** A builder of layers with these options; stride 1, no padding, one group, with bias. */
  public static Builder builder(TernaryOptions options) {
    return new Builder(options);
  }

  @Override
  public TernaryOptions options() {
    return ternary.options();
  }

  @Override
  public byte[] ternaryWeights() {
    return ternary.trits(weight);
  }

  @Override
  public TernaryMatrix ternaryMatrix() {
    return ternary.matrix(weight);
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
  protected void prepare(Shape[] inputs) {
    super.prepare(inputs);
    ternary.prepareScale(filters);
    if (includeBias) {
      long channels = inputs[0].get(1);
      bias.setInitializer(new FanInUniform(channels / groups * kernelShape.size()));
    }
  }

  @Override
  public void initialize(NDManager manager, DataType dataType, Shape... shapes) {
    boolean fresh = !isInitialized();
    super.initialize(manager, dataType, shapes);
    if (fresh) {
      ternary.startScale(weight);
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
    NDArray q = ternary.of(weight, parameterStore, step);
    NDArray b = parameterStore.getValue(bias, x.getDevice(), training);
    return conv2d(ternary.activations(x), q, b, stride, padding, dilation, groups);
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
