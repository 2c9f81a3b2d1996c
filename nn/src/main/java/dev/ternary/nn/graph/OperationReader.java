package dev.ternary.nn.graph;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.JsonObject;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads the operations of an architecture, whose tensors lie in a packed model. What does not fit
 * is a {@link FormatException}, or an {@link IllegalArgumentException} of the operation itself.
 */
final class OperationReader {

  private final PackedModel file;

  OperationReader(PackedModel file) {
    this.file = file;
  }

  Operation operation(String op, JsonObject o) throws FormatException {
    return switch (op) {
      case "Linear" -> new Operation.Linear(weights(o), bias(o), post(o));
      case "Conv2d" -> new Operation.Conv2d(weights(o), bias(o), convGeometry(o), post(o));
      case "Embedding" -> new Operation.Embedding(weights(o));
      case "Constant" -> new Operation.Constant(tensor(o, "value"));
      case "BatchNorm" ->
          new Operation.BatchNorm(
              tensor(o, "gamma"),
              tensor(o, "beta"),
              tensor(o, "mean"),
              tensor(o, "variance"),
              o.float32("eps"));
      case "LayerNorm" ->
          new Operation.LayerNorm(tensor(o, "gamma"), tensor(o, "beta"), o.float32("eps"));
      case "RmsNorm" -> new Operation.RmsNorm(tensor(o, "gamma"), o.float32("eps"));
      case "Relu" -> new Operation.Relu();
      case "Clip" ->
          new Operation.Clip(
              bound(o, "low", Float.NEGATIVE_INFINITY), bound(o, "high", Float.POSITIVE_INFINITY));
      case "Gelu" -> new Operation.Gelu(constant(o, "form", Operation.Gelu.Form.values()));
      case "Silu" -> new Operation.Silu();
      case "Sigmoid" -> new Operation.Sigmoid();
      case "Tanh" -> new Operation.Tanh();
      case "Softmax" -> new Operation.Softmax();
      case "MaxPool2d" -> new Operation.MaxPool2d(poolGeometry(o));
      case "AvgPool2d" -> new Operation.AvgPool2d(poolGeometry(o));
      case "GlobalAvgPool2d" -> new Operation.GlobalAvgPool2d();
      case "Flatten" -> new Operation.Flatten();
      case "SubsamplePad" ->
          new Operation.SubsamplePad(o.integer("stride"), o.integer("outChannels"));
      case "Add" -> new Operation.Add();
      case "Multiply" -> new Operation.Multiply();
      default -> later(op, o);
    };
  }

  /** The operations that version 1 did not have in any form. */
  private static Operation later(String op, JsonObject o) throws FormatException {
    return switch (op) {
      case "Reduce" ->
          new Operation.Reduce(
              constant(o, "kind", Operation.Reduce.Kind.values()),
              signed(o, "axis"),
              o.bool("keep", false));
      case "Reshape" -> new Operation.Reshape(ints(o, "dims"));
      case "Transpose" -> new Operation.Transpose(ints(o, "order"));
      case "Slice" ->
          new Operation.Slice(
              signed(o, "axis"),
              signed(o, "from"),
              o.has("to") ? signed(o, "to") : Integer.MAX_VALUE,
              o.integer("step", 1));
      case "Concat" -> new Operation.Concat(signed(o, "axis"));
      case "MatMul" -> new Operation.MatMul(o.bool("transposed", false));
      case "Attention" -> {
        int heads = o.integer("heads");
        yield new Operation.Attention(heads, o.integer("keyHeads", heads), o.bool("causal", false));
      }
      case "Rope" ->
          new Operation.Rope(
              o.integer("headSize"),
              o.float32("theta"),
              constant(o, "pairing", Operation.Rope.Pairing.values()));
      default -> throw new IllegalArgumentException("this type of layer is unknown");
    };
  }

  private Weights weights(JsonObject o) throws FormatException {
    String name = o.string("weight");
    if (o.has("activations")) {
      return new Weights.Ternary(packed(name), activations(o));
    }
    if (o.has("scales")) {
      return new Weights.Int8(plain(name), tensor(o, "scales"));
    }
    if (file.ternary().containsKey(name)) {
      throw new IllegalArgumentException(
          "the weights " + Text.quote(name) + " are ternary: field 'activations' is missing");
    }
    return new Weights.Dense(plain(name));
  }

  TernaryTensor packed(String name) {
    TernaryTensor tensor = file.ternary().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the file has no ternary tensor " + Text.quote(name));
    }
    return tensor;
  }

  private Tensor plain(String name) {
    Tensor tensor = file.plain().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the file has no tensor " + Text.quote(name));
    }
    return tensor;
  }

  Tensor tensor(JsonObject o, String field) throws FormatException {
    return plain(o.string(field));
  }

  Optional<Tensor> bias(JsonObject o) throws FormatException {
    return o.optionalString("bias").map(this::plain);
  }

  private static Operation.PostOp post(JsonObject o) throws FormatException {
    return o.has("post") ? constant(o, "post", Operation.PostOp.values()) : Operation.PostOp.NONE;
  }

  static Activations activations(JsonObject o) throws FormatException {
    return constant(o, "activations", Activations.values());
  }

  /** The constant of an enum that a field names. */
  static <E extends Enum<E>> E constant(JsonObject o, String field, E[] values)
      throws FormatException {
    String name = o.string(field);
    for (E value : values) {
      if (value.name().equals(name)) {
        return value;
      }
    }
    throw o.error(
        field,
        field
            + " must be "
            + String.join(" or ", Arrays.stream(values).map(Enum::name).toList())
            + ", got "
            + Text.quote(name));
  }

  private static float bound(JsonObject o, String field, float none) throws FormatException {
    return o.has(field) ? o.float32(field) : none;
  }

  private static int signed(JsonObject o, String field) throws FormatException {
    return signed(o, field, o.whole(field));
  }

  private static int signed(JsonObject o, String field, long value) throws FormatException {
    if (value != (int) value) {
      throw o.error(field, "field '" + field + "' must have 32 bits, got " + value);
    }
    return (int) value;
  }

  private static List<Integer> ints(JsonObject o, String field) throws FormatException {
    List<Integer> ints = new ArrayList<>();
    for (long value : o.longs(field)) {
      ints.add(signed(o, field, value));
    }
    return ints;
  }

  private static int[] two(JsonObject o, String field, int otherwise) throws FormatException {
    return o.has(field) ? o.integers(field, 2) : new int[] {otherwise, otherwise};
  }

  static ConvGeometry convGeometry(JsonObject o) throws FormatException {
    int[] stride = two(o, "stride", 1);
    int[] padding = two(o, "padding", 0);
    int[] dilation = two(o, "dilation", 1);
    return new ConvGeometry(
        stride[0],
        stride[1],
        padding[0],
        padding[1],
        dilation[0],
        dilation[1],
        o.integer("groups", 1));
  }

  private static PoolGeometry poolGeometry(JsonObject o) throws FormatException {
    int[] kernel = o.integers("kernel", 2);
    int[] stride = o.has("stride") ? o.integers("stride", 2) : kernel;
    int[] padding = two(o, "padding", 0);
    return new PoolGeometry(kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1]);
  }
}
