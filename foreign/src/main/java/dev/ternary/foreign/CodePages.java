package dev.ternary.foreign;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;

/**
 * The functions of a system for memory pages.
 *
 * <p>Linux is tested. macOS on x86-64 and Windows are written to their documentation and untested.
 */
@SuppressWarnings("restricted") // the sizes are those that were asked for
abstract sealed class CodePages {

  private static final long PAGE = 4096;

  /** Maps {@code bytes} of read-write memory; its address, or one that {@code failed} knows. */
  abstract MemorySegment map(MemorySegment error, long bytes) throws Throwable;

  /** Makes the pages read-execute; whether that worked. */
  abstract boolean protect(MemorySegment error, MemorySegment pages, long bytes) throws Throwable;

  abstract boolean failed(MemorySegment pages);

  /** What the system calls the number of an error. */
  abstract String errorName();

  /** Those of this system. */
  static CodePages ofSystem() {
    return SystemHolder.SYSTEM;
  }

  /** Puts {@code code} into pages of its own and makes them executable. */
  MemorySegment load(byte[] code) {
    long bytes = Math.ceilDiv(code.length, PAGE) * PAGE;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = arena.allocate(Linker.Option.captureStateLayout());
      MemorySegment pages = map(error, bytes);
      if (failed(pages)) {
        throw refused("memory for code", error);
      }
      MemorySegment.copy(code, 0, pages.reinterpret(bytes), JAVA_BYTE, 0, code.length);
      if (!protect(error, pages, bytes)) {
        throw refused("executable memory", error);
      }
      return pages.reinterpret(code.length).asReadOnly();
    } catch (Throwable t) {
      throw Rethrow.of(t);
    }
  }

  private IllegalStateException refused(String what, MemorySegment error) {
    VarHandle number =
        Linker.Option.captureStateLayout()
            .varHandle(MemoryLayout.PathElement.groupElement(errorName()));
    return new IllegalStateException(
        "the system refuses "
            + what
            + " ("
            + errorName()
            + " "
            + (int) number.get(error, 0L)
            + ")");
  }

  private static final class SystemHolder {
    static final CodePages SYSTEM = system();

    private static CodePages system() {
      String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
      if (name.startsWith("windows")) {
        return new Windows();
      }
      // MAP_PRIVATE | MAP_ANONYMOUS, whose bit differs.
      return new Posix(name.startsWith("mac") ? 0x1002 : 0x22);
    }
  }

  /** {@code mmap} and {@code mprotect}. */
  private static final class Posix extends CodePages {

    private static final int READ_WRITE = 3;
    private static final int READ_EXECUTE = 5;

    private static final NativeLibrary C = NativeLibrary.system();

    private final int flags;
    private final MethodHandle mmap =
        C.function(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.captureCallState("errno"));
    private final MethodHandle mprotect =
        C.function(
            "mprotect",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
            Linker.Option.captureCallState("errno"));

    Posix(int flags) {
      this.flags = flags;
    }

    @Override
    MemorySegment map(MemorySegment error, long bytes) throws Throwable {
      return (MemorySegment)
          mmap.invokeExact(error, MemorySegment.NULL, bytes, READ_WRITE, flags, -1, 0L);
    }

    @Override
    boolean protect(MemorySegment error, MemorySegment pages, long bytes) throws Throwable {
      return (int) mprotect.invokeExact(error, pages, bytes, READ_EXECUTE) == 0;
    }

    @Override
    boolean failed(MemorySegment pages) {
      return pages.address() == -1;
    }

    @Override
    String errorName() {
      return "errno";
    }
  }

  /** {@code VirtualAlloc} and {@code VirtualProtect}. Untested. */
  private static final class Windows extends CodePages {

    private static final int COMMIT_AND_RESERVE = 0x3000;
    private static final int READ_WRITE = 0x04;
    private static final int READ_EXECUTE = 0x20;

    private static final NativeLibrary KERNEL32 = NativeLibrary.named("kernel32").orThrow();

    private final MethodHandle virtualAlloc =
        KERNEL32.function(
            "VirtualAlloc",
            FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT),
            Linker.Option.captureCallState("GetLastError"));
    private final MethodHandle virtualProtect =
        KERNEL32.function(
            "VirtualProtect",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS),
            Linker.Option.captureCallState("GetLastError"));

    @Override
    MemorySegment map(MemorySegment error, long bytes) throws Throwable {
      return (MemorySegment)
          virtualAlloc.invokeExact(
              error, MemorySegment.NULL, bytes, COMMIT_AND_RESERVE, READ_WRITE);
    }

    @Override
    boolean protect(MemorySegment error, MemorySegment pages, long bytes) throws Throwable {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment before = arena.allocate(JAVA_INT);
        return (int) virtualProtect.invokeExact(error, pages, bytes, READ_EXECUTE, before) != 0;
      }
    }

    @Override
    boolean failed(MemorySegment pages) {
      return pages.address() == 0;
    }

    @Override
    String errorName() {
      return "GetLastError";
    }
  }
}
