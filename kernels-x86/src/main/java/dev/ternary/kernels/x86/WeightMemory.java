package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Memory for weights. On Linux large pieces are mapped by themselves and asked to be backed by huge
 * pages, which saves address translations when gigabytes are read in turn, and they are not written
 * before they are filled.
 */
@SuppressWarnings("restricted") // binds mmap, madvise and munmap
final class WeightMemory {

  private static final long CACHE_LINE = 64;
  private static final long HUGE_PAGE = 1 << 21;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int ADVISE_HUGE_PAGES = 14;

  private WeightMemory() {}

  /** {@code bytes} bytes that {@code arena} frees, at a cache line's start, of any content. */
  static MemorySegment allocate(Arena arena, long bytes) {
    if (bytes < 2 * HUGE_PAGE || !System.getProperty("os.name", "").equals("Linux")) {
      return arena.allocate(bytes, CACHE_LINE);
    }
    // Room to start at a huge page.
    long mapped = bytes + HUGE_PAGE;
    try {
      MemorySegment pages =
          (MemorySegment)
              Linux.MMAP.invokeExact(
                  MemorySegment.NULL, mapped, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (pages.address() == -1) {
        throw new OutOfMemoryError("cannot map " + mapped + " bytes for weights");
      }
      MemorySegment all = pages.reinterpret(mapped, arena, WeightMemory::unmap);
      long skipped = -all.address() & (HUGE_PAGE - 1);
      // Only advice: whether the system follows it changes nothing but the speed.
      int _ = (int) Linux.MADVISE.invokeExact(all, mapped, ADVISE_HUGE_PAGES);
      return all.asSlice(skipped, bytes);
    } catch (Throwable t) {
      throw ExecutableMemory.rethrow(t);
    }
  }

  private static void unmap(MemorySegment pages) {
    try {
      if ((int) Linux.MUNMAP.invokeExact(pages, pages.byteSize()) != 0) {
        throw new AssertionError("cannot unmap " + pages);
      }
    } catch (Throwable t) {
      throw ExecutableMemory.rethrow(t);
    }
  }

  private static final class Linux {
    static final MethodHandle MMAP =
        bind(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle MADVISE =
        bind("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    static final MethodHandle MUNMAP =
        bind("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private static MethodHandle bind(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      SymbolLookup lookup = linker.defaultLookup();
      return linker.downcallHandle(lookup.findOrThrow(name), type);
    }
  }
}
