package dev.ternary.kernel;

import dev.ternary.kernel.spi.Scratch;

/**
 * Scratch memory and threads for products, kept from one call to the next so that a warm product
 * allocates nothing. For one product at a time: a thread that calls kernels has a workspace of its
 * own. The {@link Parallelism} is not closed with it.
 */
public final class Workspace implements AutoCloseable {

  private final Scratch scratch;

  /** A workspace whose products run on the threads of {@code parallelism}. */
  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  public Workspace(Parallelism parallelism) {
    scratch = new Scratch(parallelism);
  }

  /** A workspace whose products run on the calling thread. */
  public Workspace() {
    this(Parallelism.single());
  }

  /** The threads of this workspace. */
  public Parallelism parallelism() {
    return scratch.parallelism();
  }

  /**
   * Starts a product, which {@link Scratch#end} ends.
   *
   * @throws IllegalStateException if a product of another thread uses this workspace
   */
  Scratch begin() {
    scratch.begin();
    return scratch;
  }

  /** Frees the memory. A closed workspace may be used again and then allocates anew. */
  @Override
  public void close() {
    scratch.close();
  }
}
