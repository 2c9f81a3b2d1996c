package dev.ternary.kernel.conv;

import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.Workspace;
import dev.ternary.kernel.spi.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * Scratch memory and threads for convolutions, kept from one call to the next. For one convolution
 * at a time. The {@link Parallelism} is not closed with it.
 */
public final class ConvWorkspace implements AutoCloseable {

  /** Arrays that one worker may have at a time. */
  private static final int ARRAYS = 2;

  private final Parallelism parallelism;
  private final Workspace[] products;
  private final Scratch memory;
  private final Scratch turned;
  private final float[][][] arrays;

  /** A workspace whose convolutions run on the threads of {@code parallelism}. */
  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  public ConvWorkspace(Parallelism parallelism) {
    this.parallelism = parallelism;
    this.memory = new Scratch(parallelism);
    this.turned = new Scratch(parallelism);
    this.products = new Workspace[parallelism.threads()];
    this.arrays = new float[parallelism.threads()][ARRAYS][0];
    for (int i = 0; i < products.length; i++) {
      products[i] = new Workspace();
    }
  }

  Parallelism parallelism() {
    return parallelism;
  }

  /** As {@link Scratch#begin}, for a convolution. */
  void begin() {
    memory.begin();
  }

  /** Ends the convolution that {@link #begin} started. */
  void end() {
    memory.end();
  }

  /** The workspace of the products that one worker computes. */
  Workspace products(int worker) {
    return products[worker];
  }

  /** Scratch memory and threads, for kernels. */
  Scratch scratch() {
    return memory;
  }

  /** Memory of all workers for images that were turned to another order. */
  MemorySegment turned(long bytes) {
    return turned.shared(bytes);
  }

  /** Memory of all workers for images. */
  MemorySegment shared(long bytes) {
    return memory.shared(bytes);
  }

  /** Memory of one worker for patches and results. */
  MemorySegment local(int worker, long bytes) {
    return memory.local(worker, bytes);
  }

  /** An array of one worker, with at least {@code size} elements and whatever they were. */
  float[] floats(int worker, int which, int size) {
    float[][] mine = arrays[worker];
    if (mine[which].length < size) {
      mine[which] = new float[size];
    }
    return mine[which];
  }

  /** Frees the memory. */
  @Override
  public void close() {
    memory.close();
    turned.close();
    for (Workspace product : products) {
      product.close();
    }
  }
}
