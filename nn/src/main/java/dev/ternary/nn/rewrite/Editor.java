package dev.ternary.nn.rewrite;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.nn.graph.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The nodes of a graph while some are merged. A merged node keeps the name of the one in front, or
 * of the one behind where that is an output of the graph. Nodes that went keep their places until
 * {@link #graph}, and names that went stand for others, so that each change takes a step or two.
 */
final class Editor {

  private final Graph graph;
  private final List<Node> nodes;
  private final BitSet gone = new BitSet();
  private final Map<String, Integer> uses = new HashMap<>();
  private final Map<String, Integer> makers = new HashMap<>();
  private final Map<String, String> aliases = new HashMap<>();
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

  /** Places of nodes; some may be gone. */
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

  /**
   * The node whose value nobody reads but node {@code index}, of which it is the only input; empty
   * too where node {@code index} is gone.
   */
  Optional<Integer> onlyInput(int index) {
    Node node = nodes.get(index);
    if (gone.get(index) || node.inputs().size() != 1) {
      return Optional.empty();
    }
    String from = resolve(node.inputs().getFirst());
    boolean alone = uses.getOrDefault(from, 0) == 1 && !outputs.contains(from);
    return alone ? Optional.ofNullable(makers.get(from)) : Optional.empty();
  }

  /** Takes node {@code index} away, since the only node before it does its work from now on. */
  void merge(int before, int index, Operation operation) {
    Node first = nodes.get(before);
    Node second = nodes.get(index);
    boolean keepsLast = outputs.contains(second.name());
    String name = keepsLast ? second.name() : first.name();
    nodes.set(before, new Node(name, operation, first.inputs()));
    makers.put(name, before);
    uses.put(name, uses.getOrDefault(second.name(), 0));
    gone.set(index);
    if (!keepsLast) {
      aliases.put(second.name(), name);
    }
  }

  /** Takes a node with one input away: who read its value reads that input. */
  void bypass(int index) {
    Node node = nodes.get(index);
    String from = resolve(node.inputs().getFirst());
    uses.merge(from, uses.getOrDefault(node.name(), 0) - 1, Integer::sum);
    aliases.put(node.name(), from);
    gone.set(index);
  }

  private String resolve(String name) {
    String end = name;
    for (String next = aliases.get(end); next != null; next = aliases.get(end)) {
      end = next;
    }
    if (!end.equals(name)) {
      aliases.put(name, end);
    }
    return end;
  }

  Graph graph() {
    List<Node> left = new ArrayList<>();
    for (int i = gone.nextClearBit(0); i < nodes.size(); i = gone.nextClearBit(i + 1)) {
      Node node = nodes.get(i);
      left.add(
          new Node(
              node.name(), node.operation(), node.inputs().stream().map(this::resolve).toList()));
    }
    return new Graph(graph.inputs(), left, graph.outputs(), graph.info());
  }
}
