package dev.ternary.kernels.x86;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks the system how large the last-level cache is. */
final class LastLevelCache {

  /** Where Linux describes the caches of its first processor, one folder each. */
  private static final Path LINUX = Path.of("/sys/devices/system/cpu/cpu0/cache");

  /** Where the system does not tell: that of a common server or desktop CPU. */
  static final long DEFAULT_BYTES = 32L << 20;

  private LastLevelCache() {}

  static long bytes() {
    return bytes(LINUX);
  }

  /** The largest of the caches in {@code folder}, which is the last. */
  static long bytes(Path folder) {
    long largest = 0;
    for (int index = 0; Files.isDirectory(folder.resolve("index" + index)); index++) {
      try {
        largest =
            Math.max(largest, parse(Files.readString(folder.resolve("index" + index + "/size"))));
      } catch (IOException _) {
        // A sandbox may hide the file, and some virtual machines have none.
      }
    }
    return largest == 0 ? DEFAULT_BYTES : largest;
  }

  /** Bytes of a size such as {@code 32768K}; 0 if it is none. */
  private static long parse(String size) {
    String text = size.strip();
    if (!text.matches("[0-9]{1,9}[KM]?")) {
      return 0;
    }
    int shift = text.endsWith("K") ? 10 : text.endsWith("M") ? 20 : 0;
    return Long.parseLong(text.replaceAll("[KM]", "")) << shift;
  }
}
