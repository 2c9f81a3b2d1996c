package dev.ternary.cli.doctor;

import dev.ternary.report.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of the JVM and of the system, in words. */
final class MemoryInfo {

  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final Path SYSTEM = Path.of("/proc/meminfo");

  private MemoryInfo() {}

  static String describe() {
    return "heap up to "
        + Numbers.bytes(Runtime.getRuntime().maxMemory())
        + available()
        + "; weights lie outside of it"
        + hugePages();
  }

  private static String available() {
    try {
      return Files.isReadable(SYSTEM)
          ? Files.readAllLines(SYSTEM).stream()
              .filter(line -> line.startsWith("MemAvailable:"))
              .map(line -> line.replaceAll("[^0-9]", ""))
              .findFirst()
              .map(kilobytes -> ", " + Numbers.bytes(1024 * Long.parseLong(kilobytes)) + " free")
              .orElse("")
          : "";
    } catch (IOException | NumberFormatException _) {
      return ""; // A line of information less.
    }
  }

  /** The word in brackets is what is set. */
  private static String hugePages() {
    try {
      if (!Files.isReadable(HUGE_PAGES)) {
        return "";
      }
      String words = Files.readString(HUGE_PAGES);
      return words.contains("[never]")
          ? ", without huge pages: as root, echo madvise > " + HUGE_PAGES
          : ", in huge pages";
    } catch (IOException _) {
      return "";
    }
  }
}
