package dev.ternary.bench;

/** One way to compute {@code Y = X W^T} with operands that it was made with. */
interface Contender extends AutoCloseable {

  /** Computes the product again. */
  void run();

  /** One element of the result. */
  float result(int token, int row);

  @Override
  void close();
}
