package dev.ternary.pytorch.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

/**
 * PyTorch's own initialisation of linear and convolution layers: uniform in {@code +-1 /
 * sqrt(fanIn)}, which for weights is Kaiming-uniform with {@code a = sqrt(5)}.
 */
final class FanInUniform implements Initializer {

  private final long fanIn;

  /** For weights of shape {@code [out, in, ...]}, whose fan-in is the product after {@code out}. */
  FanInUniform() {
    this(0);
  }

  /** For a bias of a layer with this many inputs an output. */
  FanInUniform(long fanIn) {
    this.fanIn = fanIn;
  }

  @Override
  public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
    long inputs = fanIn > 0 ? fanIn : Math.max(1, shape.size() / shape.get(0));
    float bound = (float) (1 / Math.sqrt((double) inputs));
    return manager.randomUniform(-bound, bound, shape, dataType);
  }
}
