package dev.ternary.pytorch.script;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.pytorch.ScriptCode;
import dev.ternary.formats.pytorch.ScriptModule;
import dev.ternary.formats.pytorch.TorchScriptArchive;
import dev.ternary.nn.graph.Graph;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The network in a TorchScript archive: the program of its {@code forward} is followed with inputs
 * of known shapes, operator by operator. What is not understood is refused by name, file and line;
 * nothing is guessed. Whether the graph does what the archive does, {@link TorchScriptComparison}
 * says.
 */
public final class TorchScript {

  private TorchScript() {}

  /**
   * The graph of a traced, scripted or frozen module, whose weights are views of the archive.
   *
   * @param inputs the shape of one sample of each input; empty to take those with which the module
   *     was traced, or what a first linear layer takes
   * @throws FormatException if the program has something that is not supported; the message names
   *     it with file and line
   * @throws IllegalArgumentException if the shapes are needed, or are not as many as the inputs
   */
  public static Graph graph(TorchScriptArchive archive, List<Shape> inputs) throws FormatException {
    requireNoCodeAtLoading(archive);
    var program = new Program(archive);
    Definition.Function forward = forward(archive, program);
    List<String> names = tensors(forward);
    List<Shape> shapes = inputs.isEmpty() ? traced(archive, names.size()) : inputs;
    if (!shapes.isEmpty()) {
      if (shapes.size() != names.size()) {
        throw new IllegalArgumentException(
            archive.path()
                + " has "
                + names.size()
                + " inputs "
                + names
                + ", "
                + shapes.size()
                + " shapes were given");
      }
      return run(archive, program, names, shapes);
    }
    try {
      return run(archive, program, names, List.of());
    } catch (UnknownShapeException e) {
      if (e.weight().rank() == 2 && names.size() == 1) {
        return run(archive, program, names, List.of(Shape.of(e.weight().dim(1))));
      }
      throw new IllegalArgumentException(unknown(archive, names, e.weight()), e);
    }
  }

  /** What a class does while it is loaded is not followed, so it must do nothing. */
  private static void requireNoCodeAtLoading(TorchScriptArchive archive) throws FormatException {
    for (ScriptCode code : archive.code().values()) {
      if (code.text().contains("__setstate__")) {
        throw new FormatException(
            archive.path(),
            code.offset(),
            code.name()
                + " runs a program while it is loaded (__setstate__), as quantized modules"
                + " do; convert the module that it was made of");
      }
    }
  }

  private static Definition.Function forward(TorchScriptArchive archive, Program program)
      throws FormatException {
    String type = archive.module().type();
    Definition.Function forward = program.type(type).methods().get("forward");
    if (forward == null) {
      throw new FormatException(archive.path(), 0, Text.quote(type) + " has no method 'forward'");
    }
    return forward;
  }

  /** The inputs: tensors without a value of their own. */
  private static List<String> tensors(Definition.Function forward) {
    return forward.parameters().stream()
        .skip(1)
        .filter(parameter -> parameter.type().equals("Tensor") && parameter.otherwise().isEmpty())
        .map(Definition.Parameter::name)
        .toList();
  }

  private static List<Shape> traced(TorchScriptArchive archive, int count) {
    List<Shape> whole = archive.tracedInputs();
    boolean useful = whole.size() == count && whole.stream().allMatch(shape -> shape.rank() > 1);
    return useful ? whole.stream().map(TorchScript::sample).toList() : List.of();
  }

  private static Shape sample(Shape batch) {
    return Shape.of(Arrays.copyOfRange(batch.toArray(), 1, batch.rank()));
  }

  private static String unknown(TorchScriptArchive archive, List<String> names, Shape weight) {
    return archive.path()
        + " does not say of what shape its "
        + (names.size() == 1 ? "input " : "inputs ")
        + String.join(", ", names)
        + (names.size() == 1 ? " is" : " are")
        + ", without the samples, such as [3, 224, 224]"
        + (weight.rank() == 4 ? "; the weights of its first layer are " + weight : "");
  }

  private static Graph run(
      TorchScriptArchive archive, Program program, List<String> names, List<Shape> shapes)
      throws FormatException {
    var net = new Net();
    var arguments = new ArrayList<Value>();
    for (int i = 0; i < names.size(); i++) {
      arguments.add(
          shapes.isEmpty() ? Value.Flow.unknown() : net.input(names.get(i), shapes.get(i)));
    }
    ScriptModule module = archive.module();
    try {
      Value result =
          new Interpreter(archive, program, net)
              .method(new Value.Part(module, ""), "forward", arguments, Map.of());
      return net.build(outputs(result));
    } catch (UnknownShapeException e) {
      throw e; // Whoever knows the shape tries again.
    } catch (IllegalArgumentException e) {
      throw new FormatException(
          archive.path(), 0, "forward of " + module.type() + ": " + Text.message(e), e);
    }
  }

  private static List<Value.Flow> outputs(Value result) {
    var outputs = new ArrayList<Value.Flow>();
    List<Value> all = result instanceof Value.Items items ? items.items() : List.of(result);
    for (Value value : all) {
      if (!(value instanceof Value.Flow flow)) {
        throw new IllegalArgumentException(
            "must give a tensor that depends on the input, or a tuple of such, found "
                + value.kind());
      }
      outputs.add(flow);
    }
    return outputs;
  }
}
