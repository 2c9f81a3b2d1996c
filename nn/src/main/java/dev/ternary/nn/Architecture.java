package dev.ternary.nn;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes layers as JSON and names their tensors. {@code {"format": "dev.ternary.nn", "version": 1,
 * "input": [...], "layers": [...]}}; a layer has its {@code type}, names of tensors, and attributes
 * named as in {@link Layer}. Tensors are named by the way to their layer, such as {@code 0.weight}
 * or {@code 3.body.1.gamma}.
 */
final class Architecture {

  static final String FORMAT = "dev.ternary.nn";
  static final int VERSION = 1;

  private final Map<String, TernaryTensor> ternary = new LinkedHashMap<>();
  private final Map<String, Tensor> plain = new LinkedHashMap<>();
  private final JsonGenerator json;

  private Architecture(JsonGenerator json) {
    this.json = json;
  }

  /** The file of a model. */
  static PackedModel toFile(Shape input, List<Layer> layers) throws IOException {
    var text = new StringWriter();
    try (JsonGenerator json = JsonFields.FACTORY.createGenerator(text)) {
      var architecture = new Architecture(json);
      json.writeStartObject();
      json.writeStringField("format", FORMAT);
      json.writeNumberField("version", VERSION);
      json.writeFieldName("input");
      json.writeArray(input.toArray(), 0, input.rank());
      architecture.writeLayers("layers", "", layers);
      json.writeEndObject();
      json.flush();
      return new PackedModel(
          architecture.ternary, architecture.plain, Optional.of(text.toString()));
    }
  }

  private void writeLayers(String field, String prefix, List<Layer> layers) throws IOException {
    json.writeArrayFieldStart(field);
    for (int i = 0; i < layers.size(); i++) {
      json.writeStartObject();
      json.writeStringField("type", layers.get(i).typeName());
      writeLayer(layers.get(i), prefix + i + ".");
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeLayer(Layer layer, String prefix) throws IOException {
    switch (layer) {
      case Layer.TernaryLinear l -> {
        Shape shape = Shape.of(l.weights().rows(), l.weights().cols());
        write("weight", prefix, new TernaryTensor(shape, l.weights()));
        writeBias(prefix, l.bias());
        json.writeStringField("activations", l.activations().name());
      }
      case Layer.TernaryConv2d l -> {
        write("weight", prefix, l.weights());
        writeBias(prefix, l.bias());
        json.writeStringField("activations", l.activations().name());
        write(l.geometry());
      }
      case Layer.Linear l -> {
        write("weight", prefix, l.weights());
        writeBias(prefix, l.bias());
      }
      case Layer.Conv2d l -> {
        write("weight", prefix, l.weights());
        writeBias(prefix, l.bias());
        write(l.geometry());
      }
      case Layer.BatchNorm l -> {
        write("gamma", prefix, l.gamma());
        write("beta", prefix, l.beta());
        write("mean", prefix, l.mean());
        write("variance", prefix, l.variance());
        json.writeNumberField("eps", l.eps());
      }
      case Layer.LayerNorm l -> {
        write("gamma", prefix, l.gamma());
        write("beta", prefix, l.beta());
        json.writeNumberField("eps", l.eps());
      }
      case Layer.RmsNorm l -> {
        write("gamma", prefix, l.gamma());
        json.writeNumberField("eps", l.eps());
      }
      case Layer.Gelu l -> json.writeStringField("form", l.form().name());
      case Layer.MaxPool2d l -> write(l.geometry());
      case Layer.AvgPool2d l -> write(l.geometry());
      case Layer.SubsamplePad l -> {
        json.writeNumberField("stride", l.stride());
        json.writeNumberField("outChannels", l.outChannels());
      }
      case Layer.Residual l -> {
        writeLayers("body", prefix + "body.", l.body());
        writeLayers("shortcut", prefix + "shortcut.", l.shortcut());
      }
      case Layer.Relu _,
          Layer.Silu _,
          Layer.GlobalAvgPool2d _,
          Layer.Flatten _,
          Layer.Softmax _ -> {}
    }
  }

  private void write(String field, String prefix, TernaryTensor tensor) throws IOException {
    json.writeStringField(field, prefix + field);
    ternary.put(prefix + field, tensor);
  }

  private void write(String field, String prefix, Tensor tensor) throws IOException {
    json.writeStringField(field, prefix + field);
    plain.put(prefix + field, tensor);
  }

  private void writeBias(String prefix, Optional<Tensor> bias) throws IOException {
    if (bias.isPresent()) {
      write("bias", prefix, bias.get());
    }
  }

  private void write(ConvGeometry g) throws IOException {
    writeTwo("stride", g.strideH(), g.strideW());
    writeTwo("padding", g.padH(), g.padW());
    writeTwo("dilation", g.dilationH(), g.dilationW());
    json.writeNumberField("groups", g.groups());
  }

  private void write(PoolGeometry g) throws IOException {
    writeTwo("kernel", g.kernelH(), g.kernelW());
    writeTwo("stride", g.strideH(), g.strideW());
    writeTwo("padding", g.padH(), g.padW());
  }

  private void writeTwo(String field, int first, int second) throws IOException {
    json.writeFieldName(field);
    json.writeArray(new int[] {first, second}, 0, 2);
  }
}
