package dev.ternary.kernel.conv;

import dev.ternary.kernel.FloatMatrix;

/** One way to compute the convolutions of one shape. Immutable; owns its weights. */
interface ConvMethod extends AutoCloseable {

  /** Output positions that one piece of work covers, at most. */
  int block();

  /** The work of one thread in one call. */
  Worker worker(Call call, int worker);

  /** Frees the weights. */
  @Override
  void close();

  /** What all workers of one call share. */
  record Call(FloatMatrix x, FloatMatrix y, boolean int8, ConvWorkspace workspace) {}

  /** Computes pieces of work, with scratch of its own. */
  @FunctionalInterface
  interface Worker {
    /** Computes positions {@code [from, from + count)} of the outputs of one group. */
    void run(int image, int group, int from, int count);
  }
}
