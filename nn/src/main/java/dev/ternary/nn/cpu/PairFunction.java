package dev.ternary.nn.cpu;

/** What is made of two numbers. */
enum PairFunction {
  /** Their sum. */
  ADD,
  /** Their product. */
  MULTIPLY
}
