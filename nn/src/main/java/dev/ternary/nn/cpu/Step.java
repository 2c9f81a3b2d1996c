package dev.ternary.nn.cpu;

import dev.ternary.nn.graph.Node;
import java.util.Optional;

/**
 * A node with what runs it.
 *
 * @param node the node
 * @param operator empty where nothing runs
 * @param constant the value, where it is always the same
 */
record Step(Node node, Optional<Operator> operator, Optional<float[]> constant) {}
