package dev.ternary.nn.backend;

import dev.ternary.kernel.FloatMatrix;

/** A run with buffers of its own. For one thread at a time. */
public interface PlannedRun extends AutoCloseable {

  /** Samples of one run. */
  int samples();

  /** Where input number {@code index} goes: host memory {@code [samples, elements]}. */
  FloatMatrix input(int index);

  /**
   * Where output number {@code index} lies after a run: host memory {@code [samples, elements]}.
   */
  FloatMatrix output(int index);

  /**
   * Reads the inputs and writes the outputs; may overwrite the inputs.
   *
   * @throws IllegalArgumentException if an activation cannot be quantized, or an index is none of
   *     an embedding; the message names the layer
   */
  void run();

  /** Frees the buffers. */
  @Override
  void close();
}
