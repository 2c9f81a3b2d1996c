package dev.ternary.nn.graph;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.JsonObject;
import dev.ternary.formats.json.JsonValue;
import dev.ternary.tensor.NamePattern;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what {@link ArchitectureWriter} writes, and version 1. The JSON comes from a file and may
 * hold anything: every refusal is a {@link FormatException} that says which layer and field.
 */
final class ArchitectureReader {

  private static final String WHERE = "ternary.architecture";

  private ArchitectureReader() {}

  /** What a packed model has about itself. */
  static Graph read(Path path, StateDict file, String text) throws IOException {
    return read(JsonObject.parseWithin(path, 8, WHERE, text), file);
  }

  /** A file of its own, which must tell of all tensors. */
  static Graph readFile(JsonObject root, StateDict file) throws FormatException {
    Graph graph = read(root, file);
    try {
      file.end(patterns(root));
    } catch (IllegalArgumentException e) {
      throw root.error(e.getMessage() + "; name those that may be left out in field 'unused'");
    }
    return graph;
  }

  private static List<NamePattern> patterns(JsonObject root) throws FormatException {
    return root.has("unused")
        ? root.strings("unused").stream().map(NamePattern::new).toList()
        : List.of();
  }

  private static Graph read(JsonObject root, StateDict file) throws FormatException {
    String format = root.string("format");
    if (!format.equals(ArchitectureWriter.FORMAT)) {
      throw root.error(
          "format",
          "format must be '" + ArchitectureWriter.FORMAT + "', got " + Text.quote(format));
    }
    int version = root.integer("version");
    var operations = new OperationReader(file);
    try {
      Graph graph =
          switch (version) {
            case 1 -> new Version1Reader(operations).read(root);
            case 2 -> read(root, operations);
            default ->
                throw root.error("version", "version " + version + " is unknown, expected 1 or 2");
          };
      patterns(root);
      root.end();
      return graph;
    } catch (IllegalArgumentException e) {
      throw root.error(String.valueOf(e.getMessage()));
    }
  }

  private static Graph read(JsonObject root, OperationReader operations) throws FormatException {
    List<Input> inputs = new ArrayList<>();
    for (JsonObject object : root.objects("inputs")) {
      inputs.add(new Input(object.string("name"), dims(object)));
      object.end();
    }
    List<Node> nodes = new ArrayList<>();
    for (JsonObject object : root.objects("nodes")) {
      nodes.add(node(object, inputs, nodes, operations));
    }
    List<String> outputs =
        root.has("outputs")
            ? root.strings("outputs")
            : nodes.isEmpty() ? List.of() : List.of(nodes.getLast().name());
    Optional<JsonObject> image = root.optionalObject("image");
    var info =
        new ModelInfo(
            image.isEmpty() ? Optional.empty() : Optional.of(image(image.get())),
            root.has("classes") ? root.strings("classes") : List.of());
    return new Graph(inputs, nodes, outputs, info);
  }

  private static Node node(
      JsonObject object, List<Input> inputs, List<Node> nodes, OperationReader operations)
      throws FormatException {
    String name = object.string("name");
    String op = object.string("op");
    String title = "layer " + Text.quote(name) + " (" + Text.quote(op) + "): ";
    List<String> from;
    if (object.has("inputs")) {
      from = object.strings("inputs");
    } else if (!nodes.isEmpty()) {
      from = List.of(nodes.getLast().name());
    } else if (inputs.size() == 1) {
      from = List.of(inputs.getFirst().name());
    } else {
      throw object.error(title + "field 'inputs' is missing");
    }
    try {
      Operation operation = operations.operation(op, object, name);
      object.end();
      return new Node(name, operation, from);
    } catch (FormatException e) {
      throw new FormatException(e.file(), e.offset(), title + e.reason(), e);
    } catch (IllegalArgumentException e) {
      throw object.error(title + e.getMessage());
    }
  }

  private static Dims dims(JsonObject input) throws FormatException {
    List<Dim> dims = new ArrayList<>();
    for (JsonValue value : input.values("shape")) {
      switch (value) {
        case JsonValue.Obj object -> {
          JsonObject free = JsonObject.of(object);
          dims.add(Dim.free(free.string("name"), free.whole("from"), free.whole("to")));
          free.end();
        }
        case JsonValue.Num number -> {
          long size;
          try {
            size = Long.parseLong(number.digits());
          } catch (NumberFormatException _) {
            throw number.error(
                "each of field 'shape' must be a whole number, got " + number.describe());
          }
          dims.add(Dim.fixed(size));
        }
        case JsonValue.Str _, JsonValue.Bool _, JsonValue.Null _, JsonValue.Arr _ ->
            throw value.error(
                "each of field 'shape' must be a whole number or a free dimension, got "
                    + value.describe());
      }
    }
    return new Dims(dims);
  }

  private static ImageInput image(JsonObject o) throws FormatException {
    int[] size = o.integers("size", 3);
    var image =
        new ImageInput(
            size[0],
            size[1],
            size[2],
            o.float32("low"),
            o.float32("high"),
            OperationReader.constant(o, "polarity", ImageInput.Polarity.values()),
            floats(o, "mean"),
            floats(o, "std"));
    o.end();
    return image;
  }

  private static List<Float> floats(JsonObject o, String field) throws FormatException {
    List<Float> values = new ArrayList<>();
    if (o.has(field)) {
      for (float value : o.floats(field)) {
        values.add(value);
      }
    }
    return values;
  }
}
