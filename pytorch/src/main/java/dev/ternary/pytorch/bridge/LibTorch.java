package dev.ternary.pytorch.bridge;

import dev.ternary.foreign.NativeLibrary;
import java.util.Locale;
import java.util.Optional;

/** The libtorch that this process has loaded. */
final class LibTorch {

  private static final String NAME = "libtorch_cpu.so";

  private LibTorch() {}

  /** Whether this machine is one that {@link Trampoline} has code for, and if not, why. */
  static Optional<String> unsupportedMachine(String os, String architecture) {
    boolean linux = os.toLowerCase(Locale.ROOT).startsWith("linux");
    boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
    return linux && x86
        ? Optional.empty()
        : Optional.of("it is written for Linux on x86-64, this is " + os + " on " + architecture);
  }

  /**
   * The library; missing before PyTorch is started.
   *
   * @throws IllegalCallerException if native access is denied
   */
  static NativeLibrary.Search library() {
    return NativeLibrary.loaded(NAME);
  }
}
