package dev.ternary.pytorch.bridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The libtorch that this process has loaded. */
@SuppressWarnings("restricted") // looks functions up in a library
final class LibTorch {

  private static final String NAME = "libtorch_cpu.so";
  private static final Linker LINKER = Linker.nativeLinker();

  private LibTorch() {}

  /** Whether this machine is one that {@link Trampoline} has code for, and if not, why. */
  static Optional<String> unsupportedMachine(String os, String architecture) {
    boolean linux = os.toLowerCase(Locale.ROOT).startsWith("linux");
    boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
    return linux && x86
        ? Optional.empty()
        : Optional.of("it is written for Linux on x86-64, this is " + os + " on " + architecture);
  }

  /** The file that is mapped into this process; empty before PyTorch is started. */
  static Optional<Path> path() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.endsWith("/" + NAME)).findFirst().map(LibTorch::file);
    }
  }

  private static Path file(String line) {
    return Path.of(line.substring(line.indexOf('/')));
  }

  /**
   * The functions of the loaded library and of those that it is linked with.
   *
   * @throws IllegalStateException if it is not loaded
   */
  static SymbolLookup lookup() {
    try {
      return lookup(path().orElseThrow(() -> new IllegalStateException(NAME + " is not loaded")));
    } catch (IOException e) {
      throw new UncheckedIOException("/proc/self/maps cannot be read", e);
    }
  }

  /**
   * The functions of the library and of those that it is linked with.
   *
   * @throws IllegalCallerException if native access is denied to this module
   */
  static SymbolLookup lookup(Path library) {
    // Loaded already, and never unloaded: operators stay registered until the process ends.
    return SymbolLookup.libraryLookup(library, Arena.global());
  }

  /** Those of the functions that are not there. */
  static List<String> missing(SymbolLookup lookup, List<String> functions) {
    return functions.stream().filter(name -> lookup.find(name).isEmpty()).toList();
  }

  static MethodHandle function(SymbolLookup lookup, String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(
        lookup
            .find(name)
            .orElseThrow(() -> new IllegalStateException("no function " + name + " in " + NAME)),
        type);
  }
}
