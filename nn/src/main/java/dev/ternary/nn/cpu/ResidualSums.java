package dev.ternary.nn.cpu;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.Operation.PostOp;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the sum of a convolution and another value, and the ReLU behind it, part of the
 * convolution, so that its results are written once. It then runs where the sum stood. The bits
 * stay.
 */
final class ResidualSums {

  private final Map<String, Shape> shapes;
  private final Set<String> outputs;
  private final Map<String, Integer> uses = new HashMap<>();
  private final Map<String, Integer> makers = new HashMap<>();
  private final List<Optional<Task>> tasks = new ArrayList<>();

  private ResidualSums(Graph graph) {
    this.shapes = graph.most();
    this.outputs = new HashSet<>(graph.outputs());
    graph.nodes().forEach(node -> node.inputs().forEach(name -> uses.merge(name, 1, Integer::sum)));
  }

  /** The nodes of a graph, some of them put together. */
  static List<Task> in(Graph graph) {
    var sums = new ResidualSums(graph);
    graph.nodes().forEach(sums::add);
    return sums.tasks.stream().flatMap(Optional::stream).toList();
  }

  private void add(Node node) {
    Task task =
        switch (node.operation()) {
          case Operation.Add _ -> sum(node).orElseGet(() -> alone(node));
          case Operation.Relu _ -> relu(node).orElseGet(() -> alone(node));
          default -> alone(node);
        };
    makers.put(node.name(), tasks.size());
    tasks.add(Optional.of(task));
  }

  private static Task alone(Node node) {
    return new Task(node.name(), node.title(), node.operation(), node.inputs());
  }

  /** The convolution that made one of the two, with the other; the later one if both did. */
  private Optional<Task> sum(Node node) {
    String first = node.inputs().get(0);
    String second = node.inputs().get(1);
    if (!shape(first).equals(shape(second))) {
      return Optional.empty();
    }
    boolean secondIsLater = makers.getOrDefault(second, -1) > makers.getOrDefault(first, -1);
    String later = secondIsLater ? second : first;
    String earlier = secondIsLater ? first : second;
    return sum(node.name(), later, earlier).or(() -> sum(node.name(), earlier, later));
  }

  private Optional<Task> sum(String name, String product, String addend) {
    return onlyReader(product)
        .filter(task -> task.inputs().size() == 1)
        .filter(
            task -> task.operation() instanceof Operation.Conv2d conv && conv.post() == PostOp.NONE)
        .map(task -> {
          remove(product);
          List<String> inputs = List.of(task.inputs().getFirst(), addend);
          return new Task(name, task.title(), task.operation(), inputs);
        });
  }

  /** The sum in front, with the ReLU. */
  private Optional<Task> relu(Node node) {
    String before = node.inputs().getFirst();
    return onlyReader(before)
        .filter(task -> task.inputs().size() == 2)
        .flatMap(task ->
            task.operation() instanceof Operation.Conv2d conv
                ? Optional.of(
                    new Task(
                        node.name(),
                        task.title(),
                        conv.with(conv.values(), conv.bias(), PostOp.RELU),
                        task.inputs()))
                : Optional.empty())
        .map(task -> {
          remove(before);
          return task;
        });
  }

  /** What made a value that nobody else needs. */
  private Optional<Task> onlyReader(String name) {
    boolean alone = uses.getOrDefault(name, 0) == 1 && !outputs.contains(name);
    return alone && makers.containsKey(name)
        ? tasks.get(Objects.requireNonNull(makers.get(name)))
        : Optional.empty();
  }

  private void remove(String name) {
    tasks.set(Objects.requireNonNull(makers.get(name)), Optional.empty());
  }

  private Shape shape(String name) {
    return Objects.requireNonNull(shapes.get(name));
  }
}
