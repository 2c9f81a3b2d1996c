package dev.ternary.pytorch.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.pytorch.functions.ImageFunctions;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A DJL block without parameters that knows which operation of {@code dev.ternary.nn} it is, so
 * that {@code NnExport} can write it. DJL's own activation and pooling blocks are lambdas that hide
 * what they compute.
 */
public final class NnBlock extends AbstractBlock {

  private final Operation operation;
  private final UnaryOperator<NDArray> function;

  private NnBlock(Operation operation, UnaryOperator<NDArray> function) {
    this.operation = operation;
    this.function = function;
  }

  /** {@code max(x, 0)}. */
  public static NnBlock relu() {
    return new NnBlock(new Operation.Relu(), Activation::relu);
  }

  /** The exact GELU. */
  public static NnBlock gelu() {
    return new NnBlock(new Operation.Gelu(), Activation::gelu);
  }

  /** {@code x * sigmoid(x)}. */
  public static NnBlock silu() {
    return new NnBlock(new Operation.Silu(), x -> Activation.swish(x, 1));
  }

  /** Softmax over the last dimension. */
  public static NnBlock softmax() {
    return new NnBlock(new Operation.Softmax(), x -> x.softmax(-1));
  }

  /** All dimensions after the batch as one. */
  public static NnBlock flatten() {
    return new NnBlock(new Operation.Flatten(), x -> x.reshape(x.getShape().get(0), -1));
  }

  /** The largest value under the window. */
  public static NnBlock maxPool2d(PoolGeometry g) {
    return new NnBlock(new Operation.MaxPool2d(g), x -> ImageFunctions.maxPool2d(x, g));
  }

  /** The mean under the window; padding counts as zeros. */
  public static NnBlock avgPool2d(PoolGeometry g) {
    return new NnBlock(new Operation.AvgPool2d(g), x -> ImageFunctions.avgPool2d(x, g));
  }

  /** The mean of each channel. */
  public static NnBlock globalAvgPool2d() {
    return new NnBlock(new Operation.GlobalAvgPool2d(), Pool::globalAvgPool2d);
  }

  /**
   * The shortcut of CIFAR ResNets without weights: every {@code stride}-th row and column, and zero
   * channels on both sides.
   */
  public static NnBlock subsamplePad(int stride, int outChannels) {
    return new NnBlock(
        new Operation.SubsamplePad(stride, outChannels),
        x -> ImageFunctions.subsamplePad(x, stride, outChannels));
  }

  /** The operation that this block is. */
  public Operation operation() {
    return operation;
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      PairList<String, Object> params) {
    return new NDList(function.apply(inputs.singletonOrThrow()));
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    Shape input = inputShapes[0];
    var sample = dev.ternary.tensor.Shape.of(input.slice(1).getShape());
    return new Shape[] {
      new Shape(input.get(0)).addAll(new Shape(operation.outputShape(List.of(sample)).toArray()))
    };
  }

  @Override
  public String toString() {
    return operation.typeName();
  }
}
