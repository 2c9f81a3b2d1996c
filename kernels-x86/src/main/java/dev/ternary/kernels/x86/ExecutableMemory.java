package dev.ternary.kernels.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;

/**
 * Pages with machine code. They are written first and made executable afterwards, and are never
 * both. They live as long as the process: a code page that is freed while a thread runs in it would
 * end the JVM.
 *
 * <p>Linux is tested. macOS on x86-64 and Windows are written to their documentation and untested.
 */
@SuppressWarnings("restricted") // the one place that binds the functions for memory pages
abstract sealed class ExecutableMemory {

  private static final long PAGE = 4096;
  private static final Linker LINKER = Linker.nativeLinker();

  /** Maps {@code bytes} of read-write memory; its address, or one that {@code failed} knows. */
  abstract MemorySegment map(MemorySegment error, long bytes) throws Throwable;

  /** Makes the pages read-execute; whether that worked. */
  abstract boolean protect(MemorySegment error, MemorySegment pages, long bytes) throws Throwable;

  abstract boolean failed(MemorySegment pages);

  abstract StructLayout errorLayout();

  abstract String errorName();

  /**
   * Puts {@code code} into pages of its own.
   *
   * @return the executable code
   * @throws IllegalStateException if the system refuses; the message gives its error number
   */
  static MemorySegment of(byte[] code) {
    return SystemHolder.SYSTEM.load(code);
  }

  /**
   * Asks for nothing but the right to ask.
   *
   * @throws IllegalCallerException if native access is denied to this module
   */
  static void requireNativeAccess() {
    MemorySegment _ = MemorySegment.NULL.reinterpret(0);
  }

  private MemorySegment load(byte[] code) {
    long bytes = Math.ceilDiv(code.length, PAGE) * PAGE;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = arena.allocate(errorLayout());
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
      throw rethrow(t);
    }
  }

  private IllegalStateException refused(String what, MemorySegment error) {
    VarHandle number = errorLayout().varHandle(MemoryLayout.PathElement.groupElement(errorName()));
    return new IllegalStateException(
        "the system refuses "
            + what
            + " ("
            + errorName()
            + " "
            + (int) number.get(error, 0L)
            + ")");
  }

  /** Passes on what a method handle threw. */
  static RuntimeException rethrow(Throwable t) {
    return switch (t) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(t);
    };
  }

  private static MethodHandle bind(
      SymbolLookup lookup, String name, FunctionDescriptor type, String error) {
    MemorySegment address =
        lookup
            .find(name)
            .orElseThrow(() -> new IllegalStateException("the system has no function " + name));
    return LINKER.downcallHandle(address, type, Linker.Option.captureCallState(error));
  }

  private static final class SystemHolder {
    static final ExecutableMemory SYSTEM = system();

    private static ExecutableMemory system() {
      String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
      if (name.startsWith("windows")) {
        return new Windows();
      }
      // MAP_PRIVATE | MAP_ANONYMOUS, whose bit differs.
      return new Posix(name.startsWith("mac") ? 0x1002 : 0x22);
    }
  }

  /** {@code mmap} and {@code mprotect}. */
  private static final class Posix extends ExecutableMemory {

    private static final int READ_WRITE = 3;
    private static final int READ_EXECUTE = 5;

    private final int flags;
    private final MethodHandle mmap =
        bind(
            LINKER.defaultLookup(),
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
            "errno");
    private final MethodHandle mprotect =
        bind(
            LINKER.defaultLookup(),
            "mprotect",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
            "errno");

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
    StructLayout errorLayout() {
      return Linker.Option.captureStateLayout();
    }

    @Override
    String errorName() {
      return "errno";
    }
  }

  /** {@code VirtualAlloc} and {@code VirtualProtect}. Untested. */
  private static final class Windows extends ExecutableMemory {

    private static final int COMMIT_AND_RESERVE = 0x3000;
    private static final int READ_WRITE = 0x04;
    private static final int READ_EXECUTE = 0x20;

    private final SymbolLookup kernel32 = SymbolLookup.libraryLookup("kernel32", Arena.global());
    private final MethodHandle virtualAlloc =
        bind(
            kernel32,
            "VirtualAlloc",
            FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT),
            "GetLastError");
    private final MethodHandle virtualProtect =
        bind(
            kernel32,
            "VirtualProtect",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS),
            "GetLastError");

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
    StructLayout errorLayout() {
      return Linker.Option.captureStateLayout();
    }

    @Override
    String errorName() {
      return "GetLastError";
    }
  }
}
