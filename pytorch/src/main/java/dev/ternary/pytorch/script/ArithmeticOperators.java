package dev.ternary.pytorch.script;

import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Arrays;

/** Sums and products of tensors, and of numbers where there is no tensor. */
final class ArithmeticOperators {

  private ArithmeticOperators() {}

  static void addTo(OperatorTable table) {
    table.add("add", "self, other, alpha=1", (net, a) -> sum(net, a, 1));
    table.add("sub", "self, other, alpha=1", (net, a) -> sum(net, a, -1));
    table.add("rsub", "self, other, alpha=1", ArithmeticOperators::reverse);
    table.add("mul", "self, other", ArithmeticOperators::product);
    table.add("div", "self, other, rounding_mode=None", ArithmeticOperators::quotient);
    table.add("neg", "self", ArithmeticOperators::negative);
  }

  private static boolean isTensor(Value value) {
    return value instanceof Value.Flow || value instanceof Value.Fixed;
  }

  private static boolean isNumbers(Bound a) {
    return !isTensor(a.value("self")) && !isTensor(a.value("other"));
  }

  /** {@code x + number}. */
  static Value.Flow add(Net net, Value.Flow x, double number) {
    return number == 0 ? x.copy() : net.add("add", new Operation.Add(), x, number(net, number));
  }

  /** {@code x * number}. */
  static Value.Flow multiply(Net net, Value.Flow x, double number) {
    return number == 1
        ? x.copy()
        : net.add("mul", new Operation.Multiply(), x, number(net, number));
  }

  private static Value.Flow number(Net net, double number) {
    return net.constant(Tensor.of(Shape.of(1), (float) number));
  }

  private static Value sum(Net net, Bound a, int sign) {
    double factor = sign * a.real("alpha");
    Value left = a.value("self");
    Value right = a.value("other");
    if (isNumbers(a)) {
      return ScalarOperators.sum(left, right, factor);
    }
    if (left instanceof Value.Flow x && right instanceof Value.Flow y) {
      requireSameRank(x, y);
      return net.add("add", new Operation.Add(), x, multiply(net, y, factor));
    }
    if (left instanceof Value.Flow x) {
      return net.add("add", new Operation.Add(), x, constant(net, right, factor, x));
    }
    Value.Flow y = a.flow("other");
    return net.add("add", new Operation.Add(), multiply(net, y, factor), constant(net, left, 1, y));
  }

  private static Value reverse(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    Value.Flow turned = multiply(net, x, -a.real("alpha"));
    return a.value("other") instanceof Value.Flow other
        ? net.add("add", new Operation.Add(), other, turned)
        : net.add("add", new Operation.Add(), turned, constant(net, a.value("other"), 1, x));
  }

  private static Value product(Net net, Bound a) {
    Value left = a.value("self");
    Value right = a.value("other");
    if (isNumbers(a)) {
      return ScalarOperators.product(left, right);
    }
    if (left instanceof Value.Flow x && right instanceof Value.Flow y) {
      requireSameRank(x, y);
      return net.add("mul", new Operation.Multiply(), x, y);
    }
    Value.Flow x = left instanceof Value.Flow flow ? flow : a.flow("other");
    Value factor = left instanceof Value.Flow ? right : left;
    return net.add("mul", new Operation.Multiply(), x, constant(net, factor, 1, x));
  }

  private static Value quotient(Net net, Bound a) {
    if (isNumbers(a)) {
      return new Value.Real(a.real("self") / a.real("other"));
    }
    a.require("rounding_mode", new Value.Nothing());
    Value.Flow x = a.flow("self");
    if (a.value("other") instanceof Value.Fixed(Tensor tensor, _) && tensor.shape().rank() > 0) {
      float[] values = tensor.toFloatArray();
      for (int i = 0; i < values.length; i++) {
        values[i] = 1 / values[i];
      }
      Value.Flow inverse = constant(net, Tensor.of(tensor.shape(), values), x);
      return net.add("mul", new Operation.Multiply(), x, inverse);
    }
    return multiply(net, x, 1 / a.real("other"));
  }

  private static Value negative(Net net, Bound a) {
    return a.value("self") instanceof Value.Flow x
        ? multiply(net, x, -1)
        : ScalarOperators.product(a.value("self"), new Value.Whole(-1));
  }

  private static void requireSameRank(Value.Flow x, Value.Flow y) {
    if (x.rank() != y.rank()) {
      throw new IllegalArgumentException(
          "would mix samples: " + x.kind() + " and " + y.kind() + " differ in rank");
    }
  }

  /** A number or a tensor of the module, times a factor, beside {@code x}. */
  private static Value.Flow constant(Net net, Value value, double factor, Value.Flow x) {
    if (!(value instanceof Value.Fixed(Tensor tensor, _)) || tensor.shape().rank() == 0) {
      return number(net, factor * Bound.real("other", value));
    }
    if (factor == 1) {
      return constant(net, tensor, x);
    }
    float[] values = tensor.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= (float) factor;
    }
    return constant(net, Tensor.of(tensor.shape(), values), x);
  }

  /** The same for each sample, so that its first dimension must be 1 where it stands for those. */
  private static Value.Flow constant(Net net, Tensor tensor, Value.Flow x) {
    Shape shape = tensor.shape();
    if (shape.rank() > x.rank() || (shape.rank() == x.rank() && shape.dim(0) != 1)) {
      throw new IllegalArgumentException(
          "would mix samples: " + x.kind() + " and a tensor " + shape + " of the module");
    }
    boolean all = shape.rank() == x.rank();
    long[] dims = all ? Arrays.copyOfRange(shape.toArray(), 1, shape.rank()) : shape.toArray();
    return net.constant(tensor.reshape(dims.length == 0 ? Shape.of(1) : Shape.of(dims)));
  }
}
