package dev.ternary.pytorch.script;

import java.util.Map;

/** Operators by name, while they are gathered. */
record OperatorTable(Map<String, OperatorTable.Entry> entries) {

  /** What an operator does to the graph. */
  @FunctionalInterface
  interface Operator {

    /** What it gives; throws {@link IllegalArgumentException} where it cannot be followed. */
    Value apply(Net net, Bound arguments);
  }

  /** An operator and what it takes. */
  record Entry(Signature signature, Operator operator) {}

  /**
   * Adds one.
   *
   * @param signature as {@link Signature#of} reads it: PyTorch's, without the types
   */
  void add(String name, String signature, Operator operator) {
    entries.put(name, new Entry(Signature.of(signature), operator));
  }
}
