package dev.ternary.kernel.spi;

import dev.ternary.kernel.Parallelism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Scratch memory and threads of one product at a time, kept from one to the next: the inside of a
 * workspace.
 */
public final class Scratch implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  private final Parallelism parallelism;
  private final Slot shared = new Slot();
  private final Slot[] locals;
  private final AtomicBoolean inUse = new AtomicBoolean();

  /** For products on the threads of {@code parallelism}, which is not closed with it. */
  public Scratch(Parallelism parallelism) {
    this.parallelism = parallelism;
    this.locals = new Slot[parallelism.threads()];
    for (int i = 0; i < locals.length; i++) {
      locals[i] = new Slot();
    }
  }

  /** The threads to share the work. */
  public Parallelism parallelism() {
    return parallelism;
  }

  /**
   * Starts a product, which {@link #end} ends; a kernel finds that done. Two products at once would
   * write over each other's work, and in machine code no bounds check would stop it.
   *
   * @throws IllegalStateException if a product of another thread uses this memory
   */
  public void begin() {
    if (!inUse.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "another product is using this workspace; each thread needs one of its own");
    }
  }

  /** Ends the product that {@link #begin} started. */
  public void end() {
    inUse.set(false);
  }

  /**
   * Memory that all workers of a product see: at least {@code bytes}, aligned to 64 bytes, with
   * whatever it held before. Valid until the next call.
   */
  public MemorySegment shared(long bytes) {
    return shared.atLeast(bytes);
  }

  /** As {@link #shared}, but for one worker, and only that worker asks for it. */
  public MemorySegment local(int worker, long bytes) {
    return locals[worker].atLeast(bytes);
  }

  /** Frees the memory. May be used again and then allocates anew. */
  @Override
  public void close() {
    shared.close();
    for (Slot slot : locals) {
      slot.close();
    }
  }

  /** One growing piece of native memory. */
  private static final class Slot implements AutoCloseable {

    private MemorySegment memory = MemorySegment.NULL;
    private Arena arena = Arena.global();

    @SuppressWarnings("MustBeClosedChecker") // closed by close()
    MemorySegment atLeast(long bytes) {
      if (memory.byteSize() < bytes) {
        close();
        // Shared, because the workers of one product read what the caller has written.
        arena = Arena.ofShared();
        memory = arena.allocate(Math.max(bytes, 2 * memory.byteSize()), ALIGNMENT);
      }
      return memory;
    }

    @Override
    public void close() {
      if (memory.byteSize() > 0) {
        arena.close();
        memory = MemorySegment.NULL;
      }
    }
  }
}
