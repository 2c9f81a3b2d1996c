package dev.ternary.nn.graph;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.JsonObject;
import dev.ternary.formats.json.JsonValue;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads the operations of an architecture, whose tensors lie in a file. What does not fit is a
 * {@link FormatException}, or an {@link IllegalArgumentException} of the operation itself.
 *
 * <p>A tensor is named by a field of its own, or as a PyTorch module of that kind names it: {@code
 * module} is the path of the module, and where it is missing too, the name of the node is.
 */
final class OperationReader {

  /** PyTorch's default of batch and layer norms. */
  private static final float EPS = 1e-5f;

  private final StateDict file;

  OperationReader(StateDict file) {
    this.file = file;
  }

  Operation operation(String op, JsonObject o, String node) throws FormatException {
    return switch (op) {
      case "Linear" -> new Operation.Linear(weights(o, node), bias(o, node), post(o));
      case "Conv2d" ->
          new Operation.Conv2d(weights(o, node), bias(o, node), convGeometry(o), post(o));
      case "Embedding" -> new Operation.Embedding(weights(o, node));
      case "Constant" -> new Operation.Constant(tensor(o, "value"));
      case "BatchNorm" -> batchNorm(o, node);
      case "LayerNorm" -> layerNorm(o, node);
      case "RmsNorm" ->
          new Operation.RmsNorm(tensor(o, "gamma", module(o, node) + ".weight"), o.float32("eps"));
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

  private Weights weights(JsonObject o, String node) throws FormatException {
    String name = name(o, "weight", module(o, node) + ".weight");
    if (o.has("activations")) {
      return new Weights.Ternary(packed(name), activations(o));
    }
    if (o.has("scales")) {
      return new Weights.Int8(plain(name), tensor(o, "scales"));
    }
    if (file.has(name) && file.stored(name, "tensor").toTernary().isPresent()) {
      throw new IllegalArgumentException(
          "the weights " + Text.quote(name) + " are ternary: field 'activations' is missing");
    }
    return new Weights.Dense(plain(name));
  }

  TernaryTensor packed(String name) throws FormatException {
    String what = "ternary tensor";
    return file.stored(name, what)
        .toTernary()
        .orElseThrow(() -> new IllegalArgumentException(file.missing(name, what)));
  }

  private Tensor plain(String name) {
    return file.tensor(name);
  }

  Tensor tensor(JsonObject o, String field) throws FormatException {
    return plain(o.string(field));
  }

  private Tensor tensor(JsonObject o, String field, String otherwise) throws FormatException {
    return plain(name(o, field, otherwise));
  }

  private static String name(JsonObject o, String field, String otherwise) throws FormatException {
    return o.has(field) ? o.string(field) : otherwise;
  }

  private static String module(JsonObject o, String node) throws FormatException {
    return name(o, "module", node);
  }

  /** The bias that a field names; or that of the module, which may have none. */
  Optional<Tensor> bias(JsonObject o, String node) throws FormatException {
    String own = module(o, node) + ".bias";
    boolean named = o.has("bias") || o.has("weight");
    return named ? bias(o) : Optional.of(own).filter(file::has).map(this::plain);
  }

  Optional<Tensor> bias(JsonObject o) throws FormatException {
    return o.optionalString("bias").map(this::plain);
  }

  private Operation.BatchNorm batchNorm(JsonObject o, String node) throws FormatException {
    String module = module(o, node);
    Tensor mean = tensor(o, "mean", module + ".running_mean");
    Tensor variance = tensor(o, "variance", module + ".running_var");
    if (!o.bool("affine", true)) {
      return new Operation.BatchNorm(filled(mean, 1), filled(mean, 0), mean, variance, eps(o));
    }
    Tensor gamma = tensor(o, "gamma", module + ".weight");
    return new Operation.BatchNorm(
        gamma, tensor(o, "beta", module + ".bias"), mean, variance, eps(o));
  }

  private Operation.LayerNorm layerNorm(JsonObject o, String node) throws FormatException {
    Tensor gamma = tensor(o, "gamma", module(o, node) + ".weight");
    String bias = module(o, node) + ".bias";
    boolean without = !o.has("beta") && !o.has("gamma") && !file.has(bias);
    Tensor beta = without ? filled(gamma, 0) : tensor(o, "beta", bias);
    return new Operation.LayerNorm(gamma, beta, eps(o));
  }

  private static Tensor filled(Tensor like, float value) {
    float[] values = new float[Math.toIntExact(like.shape().elements())];
    Arrays.fill(values, value);
    return Tensor.of(like.shape(), values);
  }

  private static float eps(JsonObject o) throws FormatException {
    return o.has("eps") ? o.float32("eps") : EPS;
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

  /** Two numbers, rows first, or one for both. */
  private static int[] two(JsonObject o, String field) throws FormatException {
    if (o.value(field) instanceof JsonValue.Num) {
      int both = o.integer(field);
      return new int[] {both, both};
    }
    return o.integers(field, 2);
  }

  private static int[] two(JsonObject o, String field, int otherwise) throws FormatException {
    return o.has(field) ? two(o, field) : new int[] {otherwise, otherwise};
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
    int[] kernel = two(o, "kernel");
    int[] stride = o.has("stride") ? two(o, "stride") : kernel;
    int[] padding = two(o, "padding", 0);
    return new PoolGeometry(kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1]);
  }
}
