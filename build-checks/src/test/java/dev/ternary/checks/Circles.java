package dev.ternary.checks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Groups of nodes of a graph of which each reaches each: Tarjan, Depth-first search and linear
 * graph algorithms, 1972.
 */
final class Circles {

  private final Map<String, Set<String>> uses;
  private final Map<String, Integer> number = new HashMap<>();
  private final Map<String, Integer> lowest = new HashMap<>();
  private final Deque<String> open = new ArrayDeque<>();
  private final Set<Set<String>> found = new LinkedHashSet<>();

  /** The graph in which each key uses its values. */
  Circles(Map<String, Set<String>> uses) {
    this.uses = uses;
  }

  /** All groups of two nodes or more. */
  Set<Set<String>> all() {
    for (String node : uses.keySet()) {
      if (!number.containsKey(node)) {
        visit(node);
      }
    }
    return found;
  }

  private void visit(String node) {
    number.put(node, number.size());
    lowest.put(node, number.get(node));
    open.push(node);
    for (String next : uses.getOrDefault(node, Set.of())) {
      if (!number.containsKey(next)) {
        visit(next);
        lowest.merge(node, lowest.get(next), Math::min);
      } else if (open.contains(next)) {
        lowest.merge(node, number.get(next), Math::min);
      }
    }
    if (lowest.get(node).equals(number.get(node))) {
      close(node);
    }
  }

  private void close(String node) {
    var group = new TreeSet<String>();
    do {
      group.add(open.peek());
    } while (!open.pop().equals(node));
    if (group.size() > 1) {
      found.add(group);
    }
  }
}
