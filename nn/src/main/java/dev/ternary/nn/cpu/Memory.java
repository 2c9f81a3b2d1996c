package dev.ternary.nn.cpu;

import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.Int8Matrix;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.Workspace;
import dev.ternary.kernel.conv.ConvWorkspace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Buffers of one run, given out while it is planned. A buffer that is released serves a later step
 * again; since a plan runs its steps in order, no two live buffers share memory. For one thread at
 * a time.
 */
final class Memory implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  private final Arena arena;
  private final Workspace workspace;
  private final ConvWorkspace convWorkspace;
  private final List<MemorySegment> blocks = new ArrayList<>();
  private final List<MemorySegment> free = new ArrayList<>();

  /** Memory for runs on the threads of {@code parallelism}. */
  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  Memory(Parallelism parallelism) {
    // Shared, because the threads of a pool use it in turn.
    arena = Arena.ofShared();
    workspace = new Workspace(parallelism);
    convWorkspace = new ConvWorkspace(parallelism);
  }

  /** The threads of the run. */
  Parallelism parallelism() {
    return workspace.parallelism();
  }

  /** Scratch and threads of products. */
  Workspace workspace() {
    return workspace;
  }

  /** Scratch and threads of convolutions. */
  ConvWorkspace convWorkspace() {
    return convWorkspace;
  }

  /** A buffer for floats, with whatever it held before. */
  FloatMatrix floats(int rows, int cols) {
    return new FloatMatrix(rows, cols, acquire(4L * rows * cols));
  }

  /** A buffer for int8 activations. */
  Int8Matrix int8(int rows, int cols) {
    return new Int8Matrix(rows, cols, acquire((long) rows * cols), acquire(4L * rows));
  }

  /** Lets later steps have the buffer. */
  void release(Int8Matrix buffer) {
    release(buffer.values());
    release(buffer.scales());
  }

  private MemorySegment acquire(long bytes) {
    MemorySegment best = null;
    for (MemorySegment block : free) {
      if (block.byteSize() >= bytes && (best == null || block.byteSize() < best.byteSize())) {
        best = block;
      }
    }
    if (best == null) {
      best = arena.allocate(Math.max(bytes, 1), ALIGNMENT);
      blocks.add(best);
    } else {
      free.remove(best);
    }
    return best.asSlice(0, bytes);
  }

  private void release(MemorySegment buffer) {
    for (MemorySegment block : blocks) {
      if (block.address() == buffer.address()) {
        free.add(block);
        return;
      }
    }
    throw new AssertionError("no buffer of this memory");
  }

  /** Frees all buffers. */
  @Override
  public void close() {
    convWorkspace.close();
    workspace.close();
    arena.close();
  }
}
