package dev.ternary.kernel.conv;

import dev.ternary.kernel.Activations;

/** One way to compute the convolutions of one shape. Immutable; owns its weights. */
interface ConvMethod extends AutoCloseable {

  /**
   * Output positions that one piece of work covers, at most.
   *
   * @param pieces how many pieces are wanted for each group of an image, to give all threads work
   */
  int block(Activations activations, int pieces);

  /** Bytes of shared memory that {@link #prepare} fills for one image. */
  long imageBytes(Activations activations);

  /** Makes images that were loaded ready for all workers, with the threads of the call. */
  void prepare(Images images);

  /** The work of one thread on loaded images. */
  Worker worker(Images images, int worker);

  /** Frees the weights. */
  @Override
  void close();

  /**
   * Output positions {@code [from, from + count)} of the channels of one group.
   *
   * @param image number among the images that are loaded
   */
  record Piece(int image, int group, int from, int count) {}

  /** Computes pieces of work, with scratch of its own. */
  @FunctionalInterface
  interface Worker {
    /** Computes one piece. */
    void run(Piece piece);
  }
}
