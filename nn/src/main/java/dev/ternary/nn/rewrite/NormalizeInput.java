package dev.ternary.nn.rewrite;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Moves what is done to the numbers of an image before a network into the network. */
public final class NormalizeInput {

  private NormalizeInput() {}

  /**
   * The network for {@code x} where the given one takes {@code (x - mean) / std}: a batch norm in
   * front of it, with one feature for each place of the first dimension. What the graph says of its
   * image goes: it was said of other numbers.
   *
   * @param mean one number for each place of the first dimension, or one for all
   * @param std as many, above 0
   * @throws IllegalArgumentException if the graph has several inputs, or the counts do not fit
   */
  public static Graph before(Graph graph, float[] mean, float[] std) {
    if (graph.inputs().size() != 1 || !graph.inputs().getFirst().dims().isFixed()) {
      throw new IllegalArgumentException(
          "the graph must have one input of a fixed shape, got " + graph.inputs());
    }
    Input input = graph.inputs().getFirst();
    if (input.dims().list().isEmpty()) {
      throw new IllegalArgumentException("the input must have a dimension, got " + input);
    }
    int features = Math.toIntExact(input.dims().most().dim(0));
    float[] variance = each(std, features);
    for (int i = 0; i < features; i++) {
      if (!(variance[i] > 0) || Float.isInfinite(variance[i])) {
        throw new IllegalArgumentException("std must be finite and above 0, got " + variance[i]);
      }
      variance[i] *= variance[i];
    }
    float[] ones = new float[features];
    Arrays.fill(ones, 1);
    var norm =
        new Operation.BatchNorm(
            vector(ones),
            vector(new float[features]),
            vector(each(mean, features)),
            vector(variance),
            0);
    String name = "normalized";
    while (taken(graph, name)) {
      name += "_";
    }
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Node(name, norm, List.of(input.name())));
    for (Node node : graph.nodes()) {
      nodes.add(new Node(node.name(), node.operation(), renamed(node, input.name(), name)));
    }
    // What was said of the image was said of (x - mean) / std.
    var info = new ModelInfo(Optional.empty(), graph.info().classes());
    return new Graph(graph.inputs(), nodes, graph.outputs(), info);
  }

  private static boolean taken(Graph graph, String name) {
    return graph.inputs().stream().anyMatch(input -> input.name().equals(name))
        || graph.nodes().stream().anyMatch(node -> node.name().equals(name));
  }

  private static List<String> renamed(Node node, String from, String to) {
    return node.inputs().stream().map(input -> input.equals(from) ? to : input).toList();
  }

  private static float[] each(float[] values, int features) {
    if (values.length != features && values.length != 1) {
      throw new IllegalArgumentException(
          "expected " + features + " numbers or one, got " + values.length);
    }
    float[] all = new float[features];
    for (int i = 0; i < features; i++) {
      all[i] = values[values.length == 1 ? 0 : i];
    }
    return all;
  }

  private static Tensor vector(float[] values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  /**
   * Puts a batch norm that is the same for all its features into the linear layer behind it,
   * through {@code Flatten}: with weights {@code W} the layer gives {@code s W x + (b + t sum(W))}.
   * For ternary weights {@code s} goes into the scales. With int8 activations what is rounded is
   * then {@code x}, no longer {@code s x + t}.
   *
   * @return the graph as it is, if nothing like that is in it
   */
  public static Graph intoLinear(Graph graph) {
    var editor = new Editor(graph);
    for (int i = 0; i < editor.size(); i++) {
      Optional<Integer> before = editor.onlyInput(i);
      while (before.isPresent()
          && editor.node(before.get()).operation() instanceof Operation.Flatten) {
        before = editor.onlyInput(before.get());
      }
      if (before.isPresent()
          && editor.node(i).operation() instanceof Operation.Linear linear
          && editor.node(before.get()).operation() instanceof Operation.BatchNorm norm) {
        var factors = BatchNormFactors.of(norm);
        if (factors.isUniform()) {
          editor.replace(i, fold(linear, factors.scale(0), factors.shift(0)));
          editor.bypass(before.get());
        }
      }
    }
    return editor.graph();
  }

  private static Operation.Linear fold(Operation.Linear linear, double scale, double shift) {
    Weights weights = linear.values();
    Tensor dense = weights.toDense();
    int rows = Math.toIntExact(dense.shape().dim(0));
    int cols = Math.toIntExact(dense.shape().dim(1));
    float[] bias = linear.bias().map(Tensor::toFloatArray).orElseGet(() -> new float[rows]);
    float[] w = dense.toFloatArray();
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int col = 0; col < cols; col++) {
        sum += w[row * cols + col];
      }
      bias[row] = (float) (bias[row] + shift * sum);
    }
    Weights scaled =
        switch (weights) {
          case Weights.Dense _ -> new Weights.Dense(Tensor.of(dense.shape(), times(w, scale)));
          case Weights.Ternary(var values, var activations) -> {
            TernaryMatrix matrix = values.matrix();
            float[] scales = times(matrix.scales().toArray(), scale);
            yield new Weights.Ternary(
                values.withScales(Scales.of(matrix.scales().granularity(), scales)), activations);
          }
          case Weights.Int8(var values, var scales) ->
              new Weights.Int8(
                  values, Tensor.of(scales.shape(), times(scales.toFloatArray(), scale)));
        };
    return new Operation.Linear(scaled, Optional.of(vector(bias)), linear.post());
  }

  private static float[] times(float[] values, double factor) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = (float) (values[i] * factor);
    }
    return scaled;
  }
}
