package dev.ternary.nn;

import dev.ternary.formats.packed.PackedModel;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads what {@link Architecture} writes. The JSON comes from a file and may hold anything: every
 * refusal is an {@link IllegalArgumentException} that says which layer and field.
 */
final class ArchitectureReader {

  private final PackedModel file;

  /** Reads the architecture of {@code file}. */
  ArchitectureReader(PackedModel file) {
    this.file = file;
  }

  /** Input shape and layers of a model. */
  record Content(Shape input, List<Layer> layers) {}

  Content read(String text) {
    JsonFields root = JsonFields.parse(text);
    String format = root.string("format");
    if (!format.equals(Architecture.FORMAT)) {
      throw new IllegalArgumentException(
          "format must be '" + Architecture.FORMAT + "', got " + JsonFields.quote(format));
    }
    int version = root.integer("version");
    if (version != Architecture.VERSION) {
      throw new IllegalArgumentException(
          "version " + version + " is unknown, expected " + Architecture.VERSION);
    }
    Shape input = Shape.of(root.longs("input"));
    List<Layer> layers = layers("layer ", root.objects("layers"));
    root.end();
    return new Content(input, layers);
  }

  private List<Layer> layers(String where, List<JsonFields> objects) {
    List<Layer> layers = new ArrayList<>();
    for (JsonFields fields : objects) {
      String here = where + layers.size();
      String type = "";
      try {
        type = fields.string("type");
        layers.add(layer(type, fields));
        fields.end();
      } catch (IllegalArgumentException e) {
        String name = type.isEmpty() ? here : here + " (" + JsonFields.quote(type) + ")";
        throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
      }
    }
    return layers;
  }

  private Layer layer(String type, JsonFields f) {
    return switch (type) {
      case "TernaryLinear" ->
          new Layer.TernaryLinear(matrix(f), bias(f), activations(f.string("activations")));
      case "TernaryConv2d" ->
          new Layer.TernaryConv2d(
              packed(f.string("weight")),
              bias(f),
              convGeometry(f),
              activations(f.string("activations")));
      case "Linear" -> new Layer.Linear(tensor(f, "weight"), bias(f));
      case "Conv2d" -> new Layer.Conv2d(tensor(f, "weight"), bias(f), convGeometry(f));
      case "BatchNorm" ->
          new Layer.BatchNorm(
              tensor(f, "gamma"),
              tensor(f, "beta"),
              tensor(f, "mean"),
              tensor(f, "variance"),
              f.number("eps"));
      case "LayerNorm" ->
          new Layer.LayerNorm(tensor(f, "gamma"), tensor(f, "beta"), f.number("eps"));
      case "RmsNorm" -> new Layer.RmsNorm(tensor(f, "gamma"), f.number("eps"));
      case "Relu" -> new Layer.Relu();
      case "Gelu" -> new Layer.Gelu(form(f.string("form")));
      case "Silu" -> new Layer.Silu();
      case "MaxPool2d" -> new Layer.MaxPool2d(poolGeometry(f));
      case "AvgPool2d" -> new Layer.AvgPool2d(poolGeometry(f));
      case "GlobalAvgPool2d" -> new Layer.GlobalAvgPool2d();
      case "Flatten" -> new Layer.Flatten();
      case "Softmax" -> new Layer.Softmax();
      case "SubsamplePad" -> new Layer.SubsamplePad(f.integer("stride"), f.integer("outChannels"));
      case "Residual" ->
          new Layer.Residual(
              layers("body layer ", f.objects("body")),
              layers("shortcut layer ", f.objects("shortcut")));
      default -> throw new IllegalArgumentException("this type of layer is unknown");
    };
  }

  private TernaryTensor packed(String name) {
    TernaryTensor tensor = file.ternary().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "the file has no ternary tensor " + JsonFields.quote(name));
    }
    return tensor;
  }

  private TernaryMatrix matrix(JsonFields f) {
    TernaryTensor tensor = packed(f.string("weight"));
    if (tensor.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "weights must have 2 dimensions, got shape " + tensor.shape());
    }
    return tensor.matrix();
  }

  private Tensor plain(String name) {
    Tensor tensor = file.plain().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the file has no tensor " + JsonFields.quote(name));
    }
    return tensor;
  }

  private Tensor tensor(JsonFields f, String field) {
    return plain(f.string(field));
  }

  private Optional<Tensor> bias(JsonFields f) {
    return f.optionalString("bias").map(this::plain);
  }

  private static Activations activations(String name) {
    return Arrays.stream(Activations.values())
        .filter(value -> value.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "activations must be INT8 or FLOAT32, got " + JsonFields.quote(name)));
  }

  private static Layer.Gelu.Form form(String name) {
    return Arrays.stream(Layer.Gelu.Form.values())
        .filter(value -> value.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "form must be ERF or TANH, got " + JsonFields.quote(name)));
  }

  private static ConvGeometry convGeometry(JsonFields f) {
    int[] stride = f.two("stride");
    int[] padding = f.two("padding");
    int[] dilation = f.two("dilation");
    return new ConvGeometry(
        stride[0],
        stride[1],
        padding[0],
        padding[1],
        dilation[0],
        dilation[1],
        f.integer("groups"));
  }

  private static PoolGeometry poolGeometry(JsonFields f) {
    int[] kernel = f.two("kernel");
    int[] stride = f.two("stride");
    int[] padding = f.two("padding");
    return new PoolGeometry(kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1]);
  }
}
