package dev.ternary.report;

import dev.ternary.kernel.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a report was measured on. */
public final class Machine {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Machine() {}

  /** CPU, kernel, JVM and cores in a few words. */
  public static String text() {
    return cpu()
        + ", kernel "
        + Kernels.best().name()
        + ", Java "
        + Runtime.version()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores";
  }

  /** The name of the CPU as the system has it; its architecture where the system says no more. */
  public static String cpu() {
    String otherwise = System.getProperty("os.arch") + " CPU";
    if (!Files.isReadable(CPU_INFO)) {
      return otherwise;
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse(otherwise);
    } catch (IOException | UncheckedIOException e) {
      return otherwise + " (" + e.getMessage() + ")";
    }
  }
}
