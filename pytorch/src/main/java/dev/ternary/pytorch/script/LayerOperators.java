package dev.ternary.pytorch.script;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Operators with weights. */
final class LayerOperators {

  private LayerOperators() {}

  static void addTo(OperatorTable table) {
    table.add("linear", "input, weight, bias=None", LayerOperators::linear);
    table.add("addmm", "self, mat1, mat2, beta=1, alpha=1", LayerOperators::addmm);
    for (String name : List.of("matmul", "mm")) {
      table.add(name, "self, mat2", LayerOperators::matmul);
    }
    table.add(
        "conv2d",
        "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1",
        LayerOperators::conv);
    table.add(
        "_convolution_mode",
        "input, weight, bias, stride, padding, dilation, groups",
        LayerOperators::conv);
    table.add(
        "_convolution",
        "input, weight, bias, stride, padding, dilation, transposed, output_padding, groups,"
            + " benchmark, deterministic, cudnn_enabled, allow_tf32=True",
        LayerOperators::anyConv);
    table.add(
        "batch_norm",
        "input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled",
        LayerOperators::batchNorm);
    table.add(
        "layer_norm",
        "input, normalized_shape, weight=None, bias=None, eps=0.00001, cudnn_enable=True",
        LayerOperators::layerNorm);
  }

  /** Where the input has no shape yet, says what the first layer takes. */
  private static void requireKnown(Value.Flow input, Tensor weight) {
    if (input.isUnknown()) {
      throw new UnknownShapeException(weight.shape());
    }
  }

  private static Value linear(Net net, Bound a) {
    return linear(net, a.flow("input"), a.fixed("weight"), a.optional("bias"));
  }

  private static Value linear(Net net, Value.Flow x, Tensor weight, Optional<Tensor> bias) {
    requireKnown(x, weight);
    if (x.rank() < 2) {
      throw new IllegalArgumentException("needs features besides the samples");
    }
    return net.add("linear", Operation.Linear.dense(weight, bias), x);
  }

  private static Value addmm(Net net, Bound a) {
    a.require("beta", new Value.Whole(1));
    a.require("alpha", new Value.Whole(1));
    return linear(
        net, a.flow("mat1"), turned(a.value("mat2"), "mat2"), Optional.of(a.fixed("self")));
  }

  private static Value matmul(Net net, Bound a) {
    if (a.value("mat2") instanceof Value.Flow second) {
      Value.Flow first = a.flow("self");
      if (first.rank() < 3 || first.rank() != second.rank()) {
        throw new IllegalArgumentException("multiplies across samples");
      }
      return net.add("matmul", new Operation.MatMul(false), first, second);
    }
    return linear(net, a.flow("self"), turned(a.value("mat2"), "mat2"), Optional.empty());
  }

  /** Weights {@code [in, out]} as {@code [out, in]}. */
  private static Tensor turned(Value value, String name) {
    if (!(value instanceof Value.Fixed(Tensor tensor, Optional<Tensor> turned))) {
      throw Bound.wrong(name, "a tensor of the module", value);
    }
    return turned.orElseGet(() -> ShapeOperators.transpose(tensor));
  }

  private static Value anyConv(Net net, Bound a) {
    a.require("transposed", new Value.Truth(false));
    return conv(net, a);
  }

  private static Value conv(Net net, Bound a) {
    Value.Flow x = a.flow("input");
    Tensor weight = a.fixed("weight");
    requireKnown(x, weight);
    if (x.rank() != 4 || weight.shape().rank() != 4) {
      throw new IllegalArgumentException(
          "must be in two dimensions, found weights " + weight.shape() + " and " + x.kind());
    }
    Bound.Pair stride = a.pair("stride");
    Bound.Pair dilation = a.pair("dilation");
    Bound.Pair padding =
        a.value("padding") instanceof Value.Words(String mode)
            ? padding(mode, weight.shape(), dilation)
            : a.pair("padding");
    var geometry =
        new ConvGeometry(
            stride.rows(),
            stride.cols(),
            padding.rows(),
            padding.cols(),
            dilation.rows(),
            dilation.cols(),
            a.whole("groups"));
    return net.add("conv", Operation.Conv2d.dense(weight, a.optional("bias"), geometry), x);
  }

  private static Bound.Pair padding(String mode, Shape weight, Bound.Pair dilation) {
    if (mode.equals("valid")) {
      return new Bound.Pair(0, 0);
    }
    long rows = dilation.rows() * (weight.dim(2) - 1);
    long cols = dilation.cols() * (weight.dim(3) - 1);
    if (!mode.equals("same") || rows % 2 != 0 || cols % 2 != 0) {
      throw new IllegalArgumentException(
          "padding '" + mode + "' of weights " + weight + " differs from side to side");
    }
    return new Bound.Pair(Math.toIntExact(rows / 2), Math.toIntExact(cols / 2));
  }

  private static Value batchNorm(Net net, Bound a) {
    if (a.truth("training") || a.isNothing("running_mean") || a.isNothing("running_var")) {
      throw new IllegalArgumentException(
          "takes mean and variance of the samples: the module was saved while it was in training"
              + " (call model.eval() before torch.jit), or keeps no running statistics");
    }
    Tensor mean = a.fixed("running_mean");
    var operation =
        new Operation.BatchNorm(
            a.optional("weight").orElseGet(() -> filled(mean.shape(), 1)),
            a.optional("bias").orElseGet(() -> filled(mean.shape(), 0)),
            mean,
            a.fixed("running_var"),
            (float) a.real("eps"));
    return net.add("batch_norm", operation, a.flow("input"));
  }

  private static Value layerNorm(Net net, Bound a) {
    Shape shape =
        Shape.of(a.wholes("normalized_shape").stream().mapToLong(Integer::longValue).toArray());
    var operation =
        new Operation.LayerNorm(
            a.optional("weight").orElseGet(() -> filled(shape, 1)),
            a.optional("bias").orElseGet(() -> filled(shape, 0)),
            (float) a.real("eps"));
    return net.add("layer_norm", operation, a.flow("input"));
  }

  private static Tensor filled(Shape shape, float value) {
    if (shape.elements() > 1 << 24) {
      throw new IllegalArgumentException("normalizes " + shape.elements() + " features");
    }
    float[] values = new float[(int) shape.elements()];
    Arrays.fill(values, value);
    return Tensor.of(shape, values);
  }
}
