package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ternary.foreign.NativeLibrary;
import dev.ternary.foreign.Rethrow;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Memory for weights. On Linux it is mapped and asked to be backed by huge pages, which saves
 * address translations when gigabytes are read in turn, and it is not written before it is filled.
 * Large pieces are mapped by themselves; those that would not fill huge pages share a chunk.
 */
@SuppressWarnings("restricted") // the sizes are those that were asked for
final class WeightMemory {

  private static final long CACHE_LINE = 64;
  private static final long HUGE_PAGE = 1 << 21;

  /** Pieces from here on fill their huge pages well enough. */
  private static final long LARGE_BYTES = 2 * HUGE_PAGE;

  /** Pieces below are read so quickly that it does not matter. */
  private static final long SMALL_BYTES = 1 << 16;

  private static final long CHUNK_BYTES = 8 * HUGE_PAGE;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int ADVISE_HUGE_PAGES = 14;

  private WeightMemory() {}

  /** {@code bytes} bytes that {@code arena} frees, at a cache line's start, of any content. */
  static MemorySegment allocate(Arena arena, long bytes) {
    if (bytes < SMALL_BYTES || !System.getProperty("os.name", "").equals("Linux")) {
      return arena.allocate(bytes, CACHE_LINE);
    }
    if (bytes < LARGE_BYTES) {
      return Chunk.allocate(arena, bytes);
    }
    MemorySegment pages = map(bytes + HUGE_PAGE);
    return atHugePage(pages.reinterpret(arena, WeightMemory::unmap)).asSlice(0, bytes);
  }

  /** A piece of memory that several matrices share; unmapped when the last of them is closed. */
  private static final class Chunk {

    private static final Object LOCK = new Object();

    /** The one that has room. */
    private static Optional<Chunk> current = Optional.empty();

    private final MemorySegment pages = map(CHUNK_BYTES + HUGE_PAGE);
    private final MemorySegment memory = atHugePage(pages);
    private long used;
    private int users;

    static MemorySegment allocate(Arena arena, long bytes) {
      synchronized (LOCK) {
        Chunk chunk = current.filter(c -> c.used + bytes <= CHUNK_BYTES).orElseGet(Chunk::new);
        current = Optional.of(chunk);
        MemorySegment piece =
            chunk.memory.asSlice(chunk.used, bytes).reinterpret(arena, _ -> chunk.release());
        chunk.used += Math.ceilDiv(bytes, CACHE_LINE) * CACHE_LINE;
        chunk.users++;
        return piece;
      }
    }

    private void release() {
      synchronized (LOCK) {
        users--;
        if (users > 0) {
          return;
        }
        if (current.equals(Optional.of(this))) {
          used = 0;
        } else {
          unmap(pages);
        }
      }
    }
  }

  /** New pages, in the global scope. */
  private static MemorySegment map(long bytes) {
    try {
      MemorySegment pages =
          (MemorySegment)
              Linux.MMAP.invokeExact(
                  MemorySegment.NULL, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (pages.address() == -1) {
        throw new OutOfMemoryError("cannot map " + bytes + " bytes for weights");
      }
      // Only advice: whether the system follows it changes nothing but the speed.
      int _ = (int) Linux.MADVISE.invokeExact(pages, bytes, ADVISE_HUGE_PAGES);
      return pages.reinterpret(bytes);
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  private static MemorySegment atHugePage(MemorySegment pages) {
    return pages.asSlice(-pages.address() & (HUGE_PAGE - 1));
  }

  private static void unmap(MemorySegment pages) {
    try {
      if ((int) Linux.MUNMAP.invokeExact(pages, pages.byteSize()) != 0) {
        throw new AssertionError("cannot unmap " + pages);
      }
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  private static final class Linux {
    private static final NativeLibrary C = NativeLibrary.system();
    static final MethodHandle MMAP =
        C.function(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle MADVISE =
        C.function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    static final MethodHandle MUNMAP =
        C.function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
  }
}
