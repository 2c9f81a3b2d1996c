package dev.ternary.pytorch.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import dev.ternary.nn.graph.Moves;
import dev.ternary.nn.graph.Operation;
import dev.ternary.pytorch.functions.ImageFunctions;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Makes operations of libtorch of those of a graph; their weights belong to {@code manager}. */
final class TorchOperators {

  private static final float GELU_CUBE = 0.044715f;

  private final NDManager manager;
  private final TorchProducts products;

  TorchOperators(NDManager manager, TorchLayout layout) {
    this.manager = manager;
    this.products = new TorchProducts(manager, layout);
  }

  TorchOperator of(Operation operation) {
    return switch (operation) {
      case Operation.Linear o -> products.linear(o);
      case Operation.Conv2d o -> products.conv(o);
      case Operation.Embedding o -> embedding(o);
      case Operation.Constant(var value) -> constant(array(value));
      case Operation.BatchNorm o -> batchNorm(o);
      case Operation.LayerNorm o -> layerNorm(o);
      case Operation.RmsNorm o -> rmsNorm(o);
      case Operation.Relu _ -> TorchOperator.of(Activation::relu);
      case Operation.Clip(var low, var high) -> TorchOperator.of(x -> x.clip(low, high));
      case Operation.Gelu o -> TorchOperator.of(x -> gelu(x, o.form()));
      case Operation.Silu _ -> TorchOperator.of(x -> Activation.swish(x, 1));
      case Operation.Sigmoid _ -> TorchOperator.of(Activation::sigmoid);
      case Operation.Tanh _ -> TorchOperator.of(Activation::tanh);
      case Operation.Softmax _ -> TorchOperator.of(x -> x.softmax(-1));
      case Operation.MaxPool2d(var g) -> TorchOperator.of(x -> ImageFunctions.maxPool2d(x, g));
      case Operation.AvgPool2d(var g) -> TorchOperator.of(x -> ImageFunctions.avgPool2d(x, g));
      case Operation.GlobalAvgPool2d _ -> TorchOperator.of(Pool::globalAvgPool2d);
      case Operation.SubsamplePad(var stride, var channels) ->
          TorchOperator.of(x -> ImageFunctions.subsamplePad(x, stride, channels));
      case Operation.Reduce o -> TorchOperator.of(x -> reduce(x, o));
      case Operation.Flatten _, Operation.Reshape _ -> (in, out) -> in.getFirst().reshape(out);
      case Operation.Transpose(var order) -> TorchOperator.of(x -> x.transpose(batched(order)));
      case Operation.Slice o -> TorchOperator.of(x -> slice(x, o));
      case Operation.Concat(var axis) -> (in, _) -> concat(in, axis);
      case Operation.Add _ -> (in, out) -> aligned(in.get(0), out).add(aligned(in.get(1), out));
      case Operation.Multiply _ ->
          (in, out) -> aligned(in.get(0), out).mul(aligned(in.get(1), out));
      case Operation.MatMul(var transposed) -> (in, _) -> matMul(in, transposed);
      case Operation.Attention o -> new TorchAttention(o);
      case Operation.Rope o -> new TorchRope(o);
    };
  }

  private NDArray array(Tensor tensor) {
    return manager.create(tensor.toFloatArray(), new Shape(tensor.shape().toArray()));
  }

  private TorchOperator embedding(Operation.Embedding o) {
    NDArray table = array(o.values().toDense());
    long rows = o.values().shape().dim(0);
    return (in, _) -> {
      float[] indexes = in.getFirst().toFloatArray();
      for (int i = 0; i < indexes.length; i++) {
        if (!(indexes[i] >= 0 && indexes[i] < rows) || indexes[i] != (int) indexes[i]) {
          throw new IllegalArgumentException(
              "index "
                  + indexes[i]
                  + " at place "
                  + i
                  + ", expected whole numbers from 0 to "
                  + (rows - 1));
        }
      }
      NDArray whole = in.getFirst().toType(DataType.INT64, false);
      return Embedding.embedding(whole, table, SparseFormat.DENSE).singletonOrThrow();
    };
  }

  private static TorchOperator constant(NDArray value) {
    return (_, out) -> value.broadcast(out);
  }

  private TorchOperator batchNorm(Operation.BatchNorm o) {
    NDArray mean = array(o.mean());
    NDArray variance = array(o.variance());
    NDArray gamma = array(o.gamma());
    NDArray beta = array(o.beta());
    return TorchOperator.of(x ->
        BatchNorm.batchNorm(x, mean, variance, gamma, beta, 1, 0, o.eps(), false)
            .singletonOrThrow());
  }

  private TorchOperator layerNorm(Operation.LayerNorm o) {
    NDArray gamma = array(o.gamma());
    NDArray beta = array(o.beta());
    return TorchOperator.of(
        x -> LayerNorm.layerNorm(x, gamma.getShape(), gamma, beta, o.eps()).singletonOrThrow());
  }

  private TorchOperator rmsNorm(Operation.RmsNorm o) {
    NDArray gamma = array(o.gamma());
    long size = o.gamma().shape().elements();
    return TorchOperator.of(x -> {
      // All trailing dimensions as one, which is the last.
      NDArray rows = x.reshape(-1, size);
      NDArray squares = rows.mul(rows).mean(new int[] {-1}, true);
      NDArray normed = rows.div(squares.add(o.eps()).sqrt());
      return normed.reshape(x.getShape()).mul(gamma);
    });
  }

  private static NDArray gelu(NDArray x, Operation.Gelu.Form form) {
    return switch (form) {
      case ERF -> Activation.gelu(x);
      case TANH -> {
        NDArray inner = x.mul(x).mul(x).mul(GELU_CUBE).add(x).mul((float) Math.sqrt(2 / Math.PI));
        yield inner.tanh().add(1).mul(x).mul(0.5f);
      }
    };
  }

  private static NDArray reduce(NDArray x, Operation.Reduce o) {
    int[] axes = {batched(o.axis(), x)};
    return switch (o.kind()) {
      case MEAN -> x.mean(axes, o.keep());
      case SUM -> x.sum(axes, o.keep());
      case MAX -> x.max(axes, o.keep());
    };
  }

  private static NDArray slice(NDArray x, Operation.Slice o) {
    int axis = batched(o.axis(), x);
    long size = x.getShape().get(axis);
    var index =
        new NDIndex()
            .addAllDim(axis)
            .addSliceDim(Moves.place(o.from(), size), Moves.place(o.to(), size), o.step());
    return x.get(index);
  }

  private static NDArray concat(List<NDArray> in, int axis) {
    return in.size() == 1
        ? in.getFirst().reshape(in.getFirst().getShape())
        : NDArrays.concat(new NDList(in), batched(axis, in.getFirst()));
  }

  private static NDArray matMul(List<NDArray> in, boolean transposed) {
    NDArray b = in.get(1);
    int rank = b.getShape().dimension();
    return in.get(0).matMul(transposed ? b.swapAxes(rank - 2, rank - 1) : b);
  }

  /** A dimension of a sample as one of the batch. */
  private static int batched(int axis, NDArray x) {
    return axis < 0 ? axis + x.getShape().dimension() : axis + 1;
  }

  private static int[] batched(List<Integer> order) {
    return IntStream.concat(IntStream.of(0), order.stream().mapToInt(axis -> axis + 1)).toArray();
  }

  /** With dimensions of 1 behind the batch, so that the last ones meet those of the result. */
  private static NDArray aligned(NDArray x, Shape out) {
    Shape shape = x.getShape();
    int missing = out.dimension() - shape.dimension();
    if (missing == 0) {
      return x;
    }
    Shape ones = new Shape(IntStream.range(0, missing).mapToLong(_ -> 1).toArray());
    return x.reshape(shape.slice(0, 1).addAll(ones).addAll(shape.slice(1)));
  }
}
