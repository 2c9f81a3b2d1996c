package dev.ternary.nn.graph;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.JsonObject;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * Reads version 1 of the architecture: a list of layers on one input, in which {@code Residual} has
 * two lists of its own and ternary weights make a type of layer of their own. Values are named by
 * the way to their layer, such as {@code 3.body.1}, as the tensors of such files are.
 */
final class Version1Reader {

  private final OperationReader operations;
  private final Graph.Builder builder = Graph.builder();

  Version1Reader(OperationReader operations) {
    this.operations = operations;
  }

  Graph read(JsonObject root) throws FormatException {
    String last = builder.input("x", Shape.of(root.longs("input")));
    last = layers("", root.objects("layers"), last);
    return builder.output(last).build();
  }

  private String layers(String prefix, List<JsonObject> layers, String from)
      throws FormatException {
    String last = from;
    for (int i = 0; i < layers.size(); i++) {
      last = layer(prefix + i, layers.get(i), last);
    }
    return last;
  }

  private String layer(String name, JsonObject fields, String from) throws FormatException {
    String type = fields.string("type");
    String title = "layer " + name + " (" + Text.quote(type) + "): ";
    if (type.equals("Residual")) {
      String body = layers(name + ".body.", fields.objects("body"), from);
      String shortcut = layers(name + ".shortcut.", fields.objects("shortcut"), from);
      fields.end();
      return add(fields, name, new Operation.Add(), body, shortcut);
    }
    try {
      Operation operation =
          switch (type) {
            case "TernaryLinear" -> linear(fields);
            case "TernaryConv2d" ->
                Operation.Conv2d.ternary(
                    operations.packed(fields.string("weight")),
                    operations.bias(fields),
                    OperationReader.convGeometry(fields),
                    OperationReader.activations(fields));
            case "Linear" ->
                Operation.Linear.dense(
                    operations.tensor(fields, "weight"), operations.bias(fields));
            case "Conv2d" ->
                Operation.Conv2d.dense(
                    operations.tensor(fields, "weight"),
                    operations.bias(fields),
                    OperationReader.convGeometry(fields));
            default -> operations.operation(type, fields, name);
          };
      fields.end();
      return builder.add(name, operation, from);
    } catch (FormatException e) {
      throw new FormatException(e.file(), e.offset(), title + e.reason(), e);
    } catch (IllegalArgumentException e) {
      throw fields.error(title + e.getMessage());
    }
  }

  private Operation.Linear linear(JsonObject fields) throws FormatException {
    TernaryTensor weights = operations.packed(fields.string("weight"));
    return new Operation.Linear(
        new Weights.Ternary(weights, OperationReader.activations(fields)), operations.bias(fields));
  }

  private String add(JsonObject fields, String name, Operation operation, String... from)
      throws FormatException {
    try {
      return builder.add(name, operation, from);
    } catch (IllegalArgumentException e) {
      throw fields.error(String.valueOf(e.getMessage()));
    }
  }
}
