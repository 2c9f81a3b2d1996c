package dev.ternary.nn.graph;

import dev.ternary.formats.json.JsonWriter;
import dev.ternary.formats.packed.PackedModel;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a graph as JSON, version 2, and names its tensors: {@code docs/formats/architecture.md}. A
 * tensor is called as its node and its part, such as {@code conv1.weight}; one that several nodes
 * share is stored once.
 */
final class ArchitectureWriter {

  static final String FORMAT = "dev.ternary.nn";
  static final int VERSION = 2;

  private final Map<String, TernaryTensor> ternary = new LinkedHashMap<>();
  private final Map<String, Tensor> plain = new LinkedHashMap<>();
  private final IdentityHashMap<Object, String> stored = new IdentityHashMap<>();
  private final JsonWriter json = JsonWriter.compact();

  private ArchitectureWriter() {}

  /** What the file of a graph holds. */
  static PackedModel toFile(
      List<Input> inputs, List<Node> nodes, List<String> outputs, ModelInfo info) {
    var writer = new ArchitectureWriter();
    writer.write(inputs, nodes, outputs, info);
    return new PackedModel(writer.ternary, writer.plain, Optional.of(writer.json.toString()));
  }

  private void write(List<Input> inputs, List<Node> nodes, List<String> outputs, ModelInfo info) {
    json.object().put("format", FORMAT).put("version", VERSION);
    json.array("inputs");
    for (Input input : inputs) {
      json.object().put("name", input.name()).array("shape");
      input.dims().list().forEach(this::write);
      json.end().end();
    }
    json.end().array("nodes");
    for (Node node : nodes) {
      json.object().put("name", node.name());
      json.put("op", node.operation().getClass().getSimpleName());
      writeStrings("inputs", node.inputs());
      write(node.operation(), node.name() + ".");
      json.end();
    }
    json.end();
    writeStrings("outputs", outputs);
    info.image().ifPresent(this::write);
    if (!info.classes().isEmpty()) {
      writeStrings("classes", info.classes());
    }
    json.end();
  }

  private void write(Dim dim) {
    switch (dim) {
      case Dim.Fixed(var size) -> json.add(size);
      case Dim.Free(var name, var least, var most) ->
          json.object().put("name", name).put("from", least).put("to", most).end();
    }
  }

  private void write(ImageInput image) {
    json.object("image");
    json.put("size", image.channels(), image.height(), image.width());
    json.put("low", image.low()).put("high", image.high());
    json.put("polarity", image.polarity().name());
    writeFloats("mean", image.mean());
    writeFloats("std", image.std());
    json.end();
  }

  private void writeStrings(String field, List<String> values) {
    json.array(field);
    values.forEach(json::add);
    json.end();
  }

  private void writeFloats(String field, List<Float> values) {
    json.array(field);
    values.forEach(value -> json.add(value.floatValue()));
    json.end();
  }

  private void writeInts(String field, List<Integer> values) {
    json.array(field);
    values.forEach(value -> json.add(value.longValue()));
    json.end();
  }

  private void write(Operation operation, String prefix) {
    switch (operation) {
      case Operation.Linear o -> {
        write(o.values(), prefix);
        write(o.bias(), prefix);
        write(o.post());
      }
      case Operation.Conv2d o -> {
        write(o.values(), prefix);
        write(o.bias(), prefix);
        write(o.geometry());
        write(o.post());
      }
      case Operation.Embedding o -> write(o.values(), prefix);
      case Operation.Constant o -> write("value", prefix, o.value());
      case Operation.BatchNorm o -> {
        write("gamma", prefix, o.gamma());
        write("beta", prefix, o.beta());
        write("mean", prefix, o.mean());
        write("variance", prefix, o.variance());
        json.put("eps", o.eps());
      }
      case Operation.LayerNorm o -> {
        write("gamma", prefix, o.gamma());
        write("beta", prefix, o.beta());
        json.put("eps", o.eps());
      }
      case Operation.RmsNorm o -> {
        write("gamma", prefix, o.gamma());
        json.put("eps", o.eps());
      }
      case Operation.Clip o -> {
        // Infinity is no JSON; a side that is missing has no bound.
        writeBound("low", o.low());
        writeBound("high", o.high());
      }
      case Operation.Gelu o -> json.put("form", o.form().name());
      case Operation.MaxPool2d o -> write(o.geometry());
      case Operation.AvgPool2d o -> write(o.geometry());
      case Operation.Reduce o ->
          json.put("kind", o.kind().name()).put("axis", o.axis()).put("keep", o.keep());
      case Operation.Reshape o -> writeInts("dims", o.dims());
      case Operation.Transpose o -> writeInts("order", o.order());
      case Operation.Slice o -> {
        json.put("axis", o.axis()).put("from", o.from());
        if (o.to() != Integer.MAX_VALUE) {
          json.put("to", o.to());
        }
        json.put("step", o.step());
      }
      case Operation.Concat o -> json.put("axis", o.axis());
      case Operation.SubsamplePad o ->
          json.put("stride", o.stride()).put("outChannels", o.outChannels());
      case Operation.MatMul o -> json.put("transposed", o.transposed());
      case Operation.Attention o ->
          json.put("heads", o.heads()).put("keyHeads", o.keyHeads()).put("causal", o.causal());
      case Operation.Rope o ->
          json.put("headSize", o.headSize())
              .put("theta", o.theta())
              .put("pairing", o.pairing().name());
      case Operation.Relu _,
          Operation.Silu _,
          Operation.Sigmoid _,
          Operation.Tanh _,
          Operation.Softmax _,
          Operation.GlobalAvgPool2d _,
          Operation.Flatten _,
          Operation.Add _,
          Operation.Multiply _ -> {}
    }
  }

  private void write(Weights weights, String prefix) {
    switch (weights) {
      case Weights.Dense(var values) -> write("weight", prefix, values);
      case Weights.Ternary(var values, var activations) -> {
        String name = stored.computeIfAbsent(values, _ -> prefix + "weight");
        ternary.put(name, values);
        json.put("weight", name).put("activations", activations.name());
      }
      case Weights.Int8(var values, var scales) -> {
        write("weight", prefix, values);
        write("scales", prefix, scales);
      }
    }
  }

  private void write(String field, String prefix, Tensor tensor) {
    String name = stored.computeIfAbsent(tensor, _ -> prefix + field);
    plain.put(name, tensor);
    json.put(field, name);
  }

  private void write(Optional<Tensor> bias, String prefix) {
    bias.ifPresent(b -> write("bias", prefix, b));
  }

  private void write(Operation.PostOp post) {
    if (post != Operation.PostOp.NONE) {
      json.put("post", post.name());
    }
  }

  private void writeBound(String field, float bound) {
    if (Float.isFinite(bound)) {
      json.put(field, bound);
    }
  }

  private void write(ConvGeometry g) {
    json.put("stride", g.strideH(), g.strideW());
    json.put("padding", g.padH(), g.padW());
    json.put("dilation", g.dilationH(), g.dilationW());
    json.put("groups", g.groups());
  }

  private void write(PoolGeometry g) {
    json.put("kernel", g.kernelH(), g.kernelW());
    json.put("stride", g.strideH(), g.strideW());
    json.put("padding", g.padH(), g.padW());
  }
}
