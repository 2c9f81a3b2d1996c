package dev.ternary.pytorch.bridge;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.Workspace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Memory for one product at a time. As many exist as products ever ran at once: the threads belong
 * to libtorch or the user, and nobody would tell us of their end.
 */
final class Scratch implements AutoCloseable {

  private static final ConcurrentLinkedDeque<Scratch> IDLE = new ConcurrentLinkedDeque<>();

  /** As many threads as PyTorch itself was given. */
  private static final Parallelism PARALLELISM =
      Parallelism.of(Math.max(1, Integer.getInteger("ai.djl.pytorch.num_threads", 1)));

  private final Workspace workspace = new Workspace(PARALLELISM);
  private Arena arena = Arena.global();
  private MemorySegment activations = MemorySegment.NULL;

  private Scratch() {}

  /** One that no other product uses, until it is closed. */
  static Scratch borrow() {
    Scratch idle = IDLE.pollFirst();
    return idle == null ? new Scratch() : idle;
  }

  Workspace workspace() {
    return workspace;
  }

  /** The activations as int8, in memory of this scratch. */
  Int8Matrix quantized(FloatMatrix x) {
    long values = (long) x.rows() * x.cols();
    long scalesAt = Math.ceilDiv(values, 64L) * 64;
    MemorySegment memory = atLeast(scalesAt + 4L * x.rows());
    var q =
        new Int8Matrix(
            x.rows(), x.cols(), memory.asSlice(0, values), memory.asSlice(scalesAt, 4L * x.rows()));
    Kernels.best().quantize(x, q);
    return q;
  }

  @SuppressWarnings("MustBeClosedChecker") // lives with this scratch, which is never dropped
  private MemorySegment atLeast(long bytes) {
    if (activations.byteSize() < bytes) {
      if (activations.byteSize() > 0) {
        arena.close();
      }
      arena = Arena.ofShared();
      activations = arena.allocate(bytes, 64);
    }
    return activations;
  }

  @Override
  public void close() {
    IDLE.addFirst(this);
  }
}
