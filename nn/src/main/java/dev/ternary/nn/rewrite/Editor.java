package dev.ternary.nn.rewrite;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The nodes of a graph while some are merged. A merged node keeps the name of the one in front, or
 * of the one behind where that is an output of the graph.
 */
final class Editor {

  private final Graph graph;
  private final List<Node> nodes;
  private final Map<String, Integer> uses = new HashMap<>();
  private final Map<String, Integer> makers = new HashMap<>();
  private final Set<String> outputs;

  Editor(Graph graph) {
    this.graph = graph;
    nodes = new ArrayList<>(graph.nodes());
    outputs = new HashSet<>(graph.outputs());
    for (int i = 0; i < nodes.size(); i++) {
      makers.put(nodes.get(i).name(), i);
      nodes.get(i).inputs().forEach(name -> uses.merge(name, 1, Integer::sum));
    }
  }

  int size() {
    return nodes.size();
  }

  Node node(int index) {
    return nodes.get(index);
  }

  /** Puts another operation in the place of one. */
  void replace(int index, Operation operation) {
    nodes.set(index, nodes.get(index).with(operation));
  }

  /** The node whose value nobody reads but node {@code index}, of which it is the only input. */
  Optional<Integer> onlyInput(int index) {
    Node node = nodes.get(index);
    if (node.inputs().size() != 1) {
      return Optional.empty();
    }
    String from = node.inputs().getFirst();
    boolean alone = uses.getOrDefault(from, 0) == 1 && !outputs.contains(from);
    return alone ? Optional.ofNullable(makers.get(from)) : Optional.empty();
  }

  /** Takes node {@code index} away, since the only node before it does its work from now on. */
  void merge(int before, int index, Operation operation) {
    Node first = nodes.get(before);
    Node second = nodes.get(index);
    boolean keepsLast = outputs.contains(second.name());
    Node merged = new Node(keepsLast ? second.name() : first.name(), operation, first.inputs());
    String gone = keepsLast ? first.name() : second.name();
    nodes.set(before, merged);
    nodes.remove(index);
    makers.remove(gone);
    uses.put(merged.name(), uses.getOrDefault(second.name(), 0));
    for (int i = 0; i < nodes.size(); i++) {
      makers.put(nodes.get(i).name(), i);
      rename(i, gone, merged.name());
    }
  }

  /** Takes a node with one input away: who read its value reads that input. */
  void bypass(int index) {
    Node node = nodes.remove(index);
    String from = node.inputs().getFirst();
    makers.remove(node.name());
    uses.merge(from, uses.getOrDefault(node.name(), 0) - 1, Integer::sum);
    for (int i = 0; i < nodes.size(); i++) {
      makers.put(nodes.get(i).name(), i);
      rename(i, node.name(), from);
    }
  }

  private void rename(int index, String from, String to) {
    Node node = nodes.get(index);
    if (node.inputs().contains(from)) {
      List<String> inputs =
          node.inputs().stream().map(name -> name.equals(from) ? to : name).toList();
      nodes.set(index, new Node(node.name(), node.operation(), inputs));
    }
  }

  Graph graph() {
    return new Graph(graph.inputs(), nodes, graph.outputs(), graph.info());
  }
}
