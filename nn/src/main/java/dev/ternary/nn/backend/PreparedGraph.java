package dev.ternary.nn.backend;

import dev.ternary.kernel.Parallelism;
import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * A graph with its weights where it runs. Immutable and safe to share; what a run changes lies in
 * the {@link PlannedRun}. Owns the weights until it is closed.
 */
public interface PreparedGraph extends AutoCloseable {

  /**
   * What a run with inputs of these shapes takes.
   *
   * @param inputs the shapes of one sample of the inputs, in the graph's order
   * @throws IllegalArgumentException if they do not fit the graph
   */
  SizedGraph sized(List<Shape> inputs);

  @Override
  void close();

  /** A graph whose free dimensions have sizes. Immutable; valid until the graph is closed. */
  interface SizedGraph {

    /** The shapes of one sample of the outputs, in the graph's order. */
    List<Shape> outputs();

    /** Multiplications for one sample, about; decides on the number of threads. */
    long work();

    /** Floats that a run keeps for each sample, inputs and outputs included. */
    long widest();

    /** Plans a run of so many samples on these threads. */
    PlannedRun plan(int samples, Parallelism threads);
  }
}
