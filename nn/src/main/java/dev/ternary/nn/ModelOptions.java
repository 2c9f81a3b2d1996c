package dev.ternary.nn;

import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import java.util.Objects;
import java.util.Optional;

/**
 * How a {@link Model} runs.
 *
 * @param kernel computes the ternary products
 * @param parallelism the threads; whoever made them closes them, after the model. Empty: as many as
 *     the machine has physical cores, made and ended by the model
 */
public record ModelOptions(TernaryKernel kernel, Optional<Parallelism> parallelism) {

  /** Checks for nulls. */
  public ModelOptions {
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(parallelism, "parallelism");
  }

  /** {@link Kernels#best()} on all physical cores. */
  public static ModelOptions defaults() {
    return new ModelOptions(Kernels.best(), Optional.empty());
  }

  /** Another kernel. */
  public ModelOptions withKernel(TernaryKernel other) {
    return new ModelOptions(other, parallelism);
  }

  /** The threads of {@code other}, which the model does not close. */
  public ModelOptions withParallelism(Parallelism other) {
    return new ModelOptions(kernel, Optional.of(other));
  }
}
