package dev.ternary.pytorch.backend;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.graph.Weights;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A graph that has every operation at least once; each value is an output. */
final class EveryOperation {

  private final SplittableRandom random = new SplittableRandom(2);
  private final Graph.Builder builder = Graph.builder();
  private int count;

  private EveryOperation() {}

  static Graph graph() {
    var all = new EveryOperation();
    all.images(all.builder.input("image", Shape.of(4, 9, 8)));
    all.tokens(
        all.builder.input("tokens", Shape.of(5, 12)), all.builder.input("mask", Shape.of(5)));
    String index = all.builder.input("index", Shape.of(3));
    all.add(new Operation.Embedding(new Weights.Dense(all.floats(3, 2))), index);
    return all.builder.build();
  }

  private void images(String x) {
    var geometry = new ConvGeometry(2, 1, 1, 2, 1, 2, 2);
    String y =
        add(
            new Operation.Conv2d(
                new Weights.Dense(floats(6, 2, 3, 3)),
                Optional.of(floats(6)),
                geometry,
                Operation.PostOp.RELU),
            x);
    add(new Operation.BatchNorm(floats(6), floats(6), floats(6), positive(6), 1e-5f), y);
    add(new Operation.MaxPool2d(new PoolGeometry(3, 2, 2, 1, 1, 0)), x);
    add(new Operation.AvgPool2d(new PoolGeometry(3, 2, 2, 1, 1, 1)), x);
    String means = add(new Operation.GlobalAvgPool2d(), x);
    add(new Operation.SubsamplePad(2, 7), x);
    add(new Operation.SubsamplePad(1, 4), x);
    add(new Operation.Flatten(), x);
    String channels = add(new Operation.Reshape(List.of(-1, 1, 1)), means);
    add(new Operation.Multiply(), x, channels);
    add(new Operation.Transpose(List.of(2, 0, 1)), x);
    add(new Operation.Concat(-2), x, x);
    add(new Operation.Concat(0), x);
    add(new Operation.Slice(-1, -7, Integer.MAX_VALUE, 3), x);
    add(new Operation.Slice(0, 1, 3, 1), x);
  }

  private void tokens(String x, String mask) {
    add(new Operation.Linear(new Weights.Dense(floats(3, 12)), Optional.of(floats(3))), x);
    add(new Operation.LayerNorm(floats(5, 12), floats(5, 12), 1e-5f), x);
    add(new Operation.RmsNorm(floats(12), 1e-5f), x);
    for (Operation each :
        List.of(
            new Operation.Relu(),
            new Operation.Clip(-0.5f, 1),
            new Operation.Gelu(),
            new Operation.Gelu(Operation.Gelu.Form.TANH),
            new Operation.Silu(),
            new Operation.Sigmoid(),
            new Operation.Tanh(),
            new Operation.Softmax(),
            new Operation.MatMul(true),
            new Operation.Rope(4, 100, Operation.Rope.Pairing.HALVES),
            new Operation.Rope(6, 10, Operation.Rope.Pairing.NEIGHBOURS))) {
      if (each instanceof Operation.MatMul) {
        String square = add(each, x, x);
        add(new Operation.MatMul(false), square, x);
      } else {
        add(each, x);
      }
    }
    for (Operation.Reduce.Kind kind : Operation.Reduce.Kind.values()) {
      add(new Operation.Reduce(kind, 0, false), x);
      add(new Operation.Reduce(kind, -1, true), x);
    }
    add(new Operation.Rope(2, 50, Operation.Rope.Pairing.HALVES), x, mask);
    add(new Operation.Add(), x, add(new Operation.Constant(floats(12))));
    String keys = add(new Operation.Slice(1, 0, 6, 1), x);
    add(new Operation.Attention(4, 2, false), x, keys, keys);
    add(new Operation.Attention(4, 2, true), x, keys, keys, mask);
  }

  private String add(Operation operation, String... from) {
    String name = "v" + count++;
    builder.add(name, operation, from);
    builder.output(name);
    return name;
  }

  private Tensor floats(long... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }

  private Tensor positive(int size) {
    float[] values = floats(size).toFloatArray();
    for (int i = 0; i < size; i++) {
      values[i] = Math.abs(values[i]) + 0.1f;
    }
    return Tensor.of(Shape.of(size), values);
  }
}
