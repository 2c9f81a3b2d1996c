package dev.ternary.pytorch.script;

import dev.ternary.nn.graph.Operation;
import java.util.List;

/** Functions of each element. */
final class FunctionOperators {

  private FunctionOperators() {}

  static void addTo(OperatorTable table) {
    each(table, "relu", new Operation.Relu());
    each(table, "relu6", new Operation.Clip(0, 6));
    each(table, "silu", new Operation.Silu());
    each(table, "sigmoid", new Operation.Sigmoid());
    each(table, "tanh", new Operation.Tanh());
    table.add("gelu", "self, approximate=None", FunctionOperators::gelu);
    table.add(
        "hardtanh",
        "self, min_val=-1, max_val=1",
        (net, a) -> clip(net, a.flow("self"), a.real("min_val"), a.real("max_val")));
    for (String name : List.of("clamp", "clip")) {
      table.add(name, "self, min=None, max=None", FunctionOperators::clamp);
    }
    table.add("clamp_min", "self, min, max=None", FunctionOperators::clamp);
    table.add("clamp_max", "self, max, min=None", FunctionOperators::clamp);
    table.add("hardsigmoid", "self", (net, a) -> hardSigmoid(net, a.flow("self")));
    table.add(
        "hardswish",
        "self",
        (net, a) ->
            net.add(
                "hardswish",
                new Operation.Multiply(),
                a.flow("self"),
                hardSigmoid(net, a.flow("self"))));
    table.add("leaky_relu", "self, negative_slope=0.01", FunctionOperators::leakyRelu);
    table.add("softmax", "self, dim, dtype=None", FunctionOperators::softmax);
    for (String name : List.of("dropout", "feature_dropout", "alpha_dropout")) {
      table.add(name, "input, p, train", FunctionOperators::dropout);
    }
  }

  private static void each(OperatorTable table, String name, Operation operation) {
    table.add(name, "self", (net, a) -> net.add(name, operation, a.flow("self")));
  }

  private static Value.Flow clip(Net net, Value.Flow x, double low, double high) {
    return net.add("clip", new Operation.Clip((float) low, (float) high), x);
  }

  private static Value gelu(Net net, Bound a) {
    String form = a.isNothing("approximate") ? "none" : a.words("approximate");
    return switch (form) {
      case "none" -> net.add("gelu", new Operation.Gelu(), a.flow("self"));
      case "tanh" -> net.add("gelu", new Operation.Gelu(Operation.Gelu.Form.TANH), a.flow("self"));
      default -> throw new IllegalArgumentException("has no form '" + form + "'");
    };
  }

  private static Value clamp(Net net, Bound a) {
    double low = a.isNothing("min") ? Double.NEGATIVE_INFINITY : a.real("min");
    double high = a.isNothing("max") ? Double.POSITIVE_INFINITY : a.real("max");
    return clip(net, a.flow("self"), low, high);
  }

  /** {@code min(max(x + 3, 0), 6) / 6}. */
  private static Value.Flow hardSigmoid(Net net, Value.Flow x) {
    Value.Flow moved = ArithmeticOperators.add(net, x, 3);
    return ArithmeticOperators.multiply(net, clip(net, moved, 0, 6), 1.0 / 6);
  }

  /** {@code max(x, 0) - slope max(-x, 0)}. */
  private static Value leakyRelu(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    Value.Flow below =
        net.add("relu", new Operation.Relu(), ArithmeticOperators.multiply(net, x, -1));
    return net.add(
        "leaky_relu",
        new Operation.Add(),
        net.add("relu", new Operation.Relu(), x),
        ArithmeticOperators.multiply(net, below, -a.real("negative_slope")));
  }

  private static Value softmax(Net net, Bound a) {
    Value.Flow x = a.flow("self");
    if (ShapeOperators.axis(a.whole("dim"), x.rank()) != x.rank() - 1) {
      throw new IllegalArgumentException("is over another dimension than the last");
    }
    requireFloat(a.value("dtype"));
    return net.add("softmax", new Operation.Softmax(), x);
  }

  private static void requireFloat(Value dtype) {
    if (!(dtype instanceof Value.Nothing) && !dtype.equals(ShapeOperators.FLOAT32)) {
      throw Bound.wrong("dtype", "float32", dtype);
    }
  }

  private static Value dropout(Net net, Bound a) {
    if (a.truth("train")) {
      throw new IllegalArgumentException(
          "drops at random: the module was saved while it was in training; call model.eval()"
              + " before torch.jit");
    }
    return a.flow("input");
  }
}
