package dev.ternary.foreign;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A native library of this process and the functions in it. It stays loaded until the process ends,
 * so what is bound to it never dangles. That it is not there is a result, not an exception.
 */
@SuppressWarnings("restricted") // the one place that opens libraries and binds their functions
public final class NativeLibrary {

  private static final Linker LINKER = Linker.nativeLinker();

  /** Where Linux lists what is mapped into this process. */
  private static final Path MAPS = Path.of("/proc/self/maps");

  private final String name;
  private final Optional<Path> file;
  private final SymbolLookup lookup;

  private NativeLibrary(String name, Optional<Path> file, SymbolLookup lookup) {
    this.name = name;
    this.file = file;
    this.lookup = lookup;
  }

  /** The outcome of a search. */
  public sealed interface Search {

    /** The library is loaded. */
    record Found(NativeLibrary library) implements Search {}

    /** There is none that can be loaded here. */
    record Missing(String reason) implements Search {}

    /**
     * The library.
     *
     * @throws IllegalStateException if it is missing; the message says why
     */
    default NativeLibrary orThrow() {
      return switch (this) {
        case Found(NativeLibrary library) -> library;
        case Missing(String reason) -> throw new IllegalStateException(reason);
      };
    }
  }

  /** The functions that the system gives every process, such as those of the C library. */
  public static NativeLibrary system() {
    return new NativeLibrary("the system", Optional.empty(), LINKER.defaultLookup());
  }

  /**
   * Loads the library in {@code file}, where that has not happened yet.
   *
   * @throws IllegalCallerException if native access is denied to this module
   */
  public static Search at(Path file) {
    if (!Files.isRegularFile(file)) {
      return new Search.Missing(file + " is not there");
    }
    try {
      SymbolLookup lookup = SymbolLookup.libraryLookup(file, Arena.global());
      return new Search.Found(
          new NativeLibrary(String.valueOf(file.getFileName()), Optional.of(file), lookup));
    } catch (IllegalArgumentException _) {
      return new Search.Missing(
          file + " cannot be loaded: it is no library for this system or needs another");
    }
  }

  /**
   * Loads the library that the system knows by {@code name}, such as {@code libcuda.so.1} or {@code
   * kernel32}.
   *
   * @throws IllegalCallerException if native access is denied to this module
   */
  public static Search named(String name) {
    try {
      SymbolLookup lookup = SymbolLookup.libraryLookup(name, Arena.global());
      return new Search.Found(new NativeLibrary(name, Optional.empty(), lookup));
    } catch (IllegalArgumentException _) {
      return new Search.Missing(name + " not found");
    }
  }

  /**
   * The library in a file named {@code fileName} that somebody has loaded into this process. Looks
   * where Linux lists it; anywhere else it is missing.
   *
   * @throws IllegalCallerException if native access is denied to this module
   */
  public static Search loaded(String fileName) {
    try {
      return mapped(fileName)
          .map(NativeLibrary::at)
          .orElseGet(() -> new Search.Missing(fileName + " is not in " + MAPS));
    } catch (IOException e) {
      return new Search.Missing(fileName + ": " + MAPS + " cannot be read: " + e);
    }
  }

  private static Optional<Path> mapped(String fileName) throws IOException {
    try (var lines = Files.lines(MAPS)) {
      return lines
          .filter(line -> line.endsWith("/" + fileName))
          .findFirst()
          .map(line -> Path.of(line.substring(line.indexOf('/'))));
    }
  }

  /** The file that it was loaded from, where that is known. */
  public Optional<Path> file() {
    return file;
  }

  /** Those of the functions that neither it nor a library that it is linked with has. */
  public List<String> missing(List<String> functions) {
    return functions.stream().filter(function -> lookup.find(function).isEmpty()).toList();
  }

  /**
   * The address of a function.
   *
   * @throws IllegalStateException if it is missing
   */
  public MemorySegment address(String function) {
    return lookup
        .find(function)
        .orElseThrow(() -> new IllegalStateException("no function " + function + " in " + name));
  }

  /**
   * Binds a function; its callers must know its type, since nothing checks it.
   *
   * @throws IllegalStateException if it is missing
   */
  public MethodHandle function(String function, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(address(function), type, options);
  }

  @Override
  public String toString() {
    return name;
  }
}
