package dev.ternary.nn.graph;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.packed.PackedModelWriter;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A network as data: named values, the operations that make one from others, and which values come
 * in and go out. Immutable; does not own the memory of its weights. It says what happens to one
 * sample; the batch is no dimension of it.
 *
 * <p>A graph that exists is valid: each value has one name and is made before it is read, and all
 * shapes fit with the smallest and the largest sizes of the free dimensions.
 *
 * @param inputs what it is given
 * @param nodes the operations, each after those whose values it reads
 * @param outputs the names of the values that it gives, without repetition
 * @param info what its inputs and outputs mean
 */
public record Graph(List<Input> inputs, List<Node> nodes, List<String> outputs, ModelInfo info) {

  public Graph {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    Objects.requireNonNull(info, "info");
    GraphChecks.names(inputs, nodes, outputs);
    GraphChecks.free(inputs);
    Map<String, Shape> most = Shapes.check(inputs, nodes);
    info.check(inputs, outputs.stream().map(most::get).toList());
  }

  /** A graph to be put together value by value. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Operations one after the other on one input, called {@code x}. Each value has the number of its
   * operation as its name.
   *
   * @param in the shape of one sample
   */
  public static Graph sequence(Shape in, List<? extends Operation> operations) {
    Builder builder = builder();
    String last = builder.input("x", in);
    for (int i = 0; i < operations.size(); i++) {
      last = builder.add(String.valueOf(i), operations.get(i), last);
    }
    return builder.output(last).build();
  }

  /** As {@link #sequence(Shape, List)}. */
  public static Graph sequence(Shape in, Operation... operations) {
    return sequence(in, List.of(operations));
  }

  /** The same graph with each operation changed; names stay. */
  public Graph map(UnaryOperator<Operation> change) {
    List<Node> changed = new ArrayList<>();
    nodes.forEach(node -> changed.add(node.with(change.apply(node.operation()))));
    return new Graph(inputs, changed, outputs, info);
  }

  /** The same graph with the weights of each operation changed. */
  public Graph mapWeights(UnaryOperator<Weights> change) {
    return map(operation -> operation.mapWeights(change));
  }

  /** The same graph, whose ternary products take activations of another form. */
  public Graph withActivations(Activations activations) {
    return mapWeights(weights ->
        switch (weights) {
          case Weights.Ternary ternary -> ternary.with(activations);
          case Weights.Dense dense -> dense;
          case Weights.Int8 int8 -> int8;
        });
  }

  /** The same graph with its ternary weights in another packing. */
  public Graph repack(Packing packing) {
    // Weights that several operations share stay one.
    var repacked = new IdentityHashMap<TernaryTensor, TernaryTensor>();
    return mapWeights(weights ->
        switch (weights) {
          case Weights.Ternary(var values, var activations) ->
              new Weights.Ternary(
                  repacked.computeIfAbsent(values, tensor -> tensor.repack(packing)), activations);
          case Weights.Dense dense -> dense;
          case Weights.Int8 int8 -> int8;
        });
  }

  /** The same graph with other words about it. */
  public Graph withInfo(ModelInfo other) {
    return new Graph(inputs, nodes, outputs, other);
  }

  /** Whether a ternary product takes int8 activations. */
  public boolean roundsActivations() {
    return nodes.stream()
        .flatMap(node -> node.operation().weights().stream())
        .anyMatch(weights ->
            weights instanceof Weights.Ternary(_, var activations)
                && activations == Activations.INT8);
  }

  /** The free dimensions by name. */
  public Map<String, Dim.Free> freeDims() {
    Map<String, Dim.Free> free = new TreeMap<>();
    for (Input input : inputs) {
      for (Dim dim : input.dims().list()) {
        if (dim instanceof Dim.Free f) {
          free.put(f.name(), f);
        }
      }
    }
    return free;
  }

  /**
   * The shape of one sample of each value.
   *
   * @param given the shapes of the inputs, in their order
   * @throws IllegalArgumentException if they do not fit
   */
  public Map<String, Shape> shapes(List<Shape> given) {
    if (given.size() != inputs.size()) {
      throw new IllegalArgumentException(
          "expected " + inputs.size() + " inputs, found " + given.size());
    }
    Map<String, Long> sizes = new TreeMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (int i = 0; i < given.size(); i++) {
      Input input = inputs.get(i);
      try {
        input.dims().match(given.get(i), sizes);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("input '" + input.name() + "': " + e.getMessage(), e);
      }
      shapes.put(input.name(), given.get(i));
    }
    Shapes.infer(nodes, shapes);
    return shapes;
  }

  /** The shapes of all values with the smallest sizes of the free dimensions. */
  public Map<String, Shape> least() {
    return shapes(inputs.stream().map(input -> input.dims().least()).toList());
  }

  /** The shapes of all values with the largest sizes of the free dimensions. */
  public Map<String, Shape> most() {
    return shapes(inputs.stream().map(input -> input.dims().most()).toList());
  }

  /**
   * Writes the graph and its weights to one file: packed safetensors with the architecture as JSON.
   * Nothing is left behind where it fails.
   *
   * @throws IOException if it cannot be written, or exists and must not be replaced
   */
  public void save(Path path, IfExists ifExists) throws IOException {
    PackedModelWriter.write(
        path, ArchitectureWriter.toFile(inputs, nodes, outputs, info), ifExists);
  }

  /** Such as {@code graph of 7 layers, x [28, 28] to 6 [10]}. */
  @Override
  public String toString() {
    Map<String, Shape> most = most();
    List<String> in = inputs.stream().map(i -> i.name() + " " + i.dims()).toList();
    List<String> out = outputs.stream().map(o -> o + " " + most.get(o)).toList();
    return "graph of "
        + nodes.size()
        + " layers, "
        + String.join(", ", in)
        + " to "
        + String.join(", ", out);
  }

  /**
   * Puts a graph together value by value. Shapes are checked as values are added, so that a mistake
   * is met where it is made. For one thread.
   */
  public static final class Builder {

    private final List<Input> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, Shape> shapes = new HashMap<>();
    private ModelInfo info = ModelInfo.none();

    private Builder() {}

    /**
     * Adds an input of a fixed shape.
     *
     * @param shape of one sample, without the batch
     * @return its name
     */
    public String input(String name, Shape shape) {
      return input(name, Dims.of(shape));
    }

    /** Adds an input whose dimensions may be free. */
    public String input(String name, Dims dims) {
      inputs.add(new Input(name, dims));
      shapes.put(name, dims.most());
      return name;
    }

    /**
     * Adds an operation.
     *
     * @param name the name of the value that it makes
     * @param from the values that it reads, in order
     * @return {@code name}
     * @throws IllegalArgumentException if a value is unknown or the shapes do not fit
     */
    public String add(String name, Operation operation, String... from) {
      var node = new Node(name, operation, List.of(from));
      for (String input : node.inputs()) {
        if (!shapes.containsKey(input)) {
          throw new IllegalArgumentException(
              node.title() + ": no value " + Text.quote(input) + " was made before it");
        }
      }
      Shapes.infer(List.of(node), shapes);
      nodes.add(node);
      return name;
    }

    /**
     * Adds operations one after the other, each on the value of the one before; their values are
     * called {@code prefix} and their number.
     *
     * @return the name of the last value, {@code from} if there is no operation
     */
    public String sequence(String prefix, String from, List<? extends Operation> operations) {
      String last = from;
      for (int i = 0; i < operations.size(); i++) {
        last = add(prefix + i, operations.get(i), last);
      }
      return last;
    }

    /** The shape of a value, with the largest sizes of free dimensions. */
    public Shape shape(String name) {
      return Objects.requireNonNull(shapes.get(name), "no value '" + name + "'");
    }

    /** Makes a value an output. */
    public Builder output(String name) {
      outputs.add(name);
      return this;
    }

    /** Says what inputs and outputs mean. */
    public Builder info(ModelInfo about) {
      info = about;
      return this;
    }

    /** The graph. */
    public Graph build() {
      return new Graph(inputs, nodes, outputs, info);
    }
  }
}
