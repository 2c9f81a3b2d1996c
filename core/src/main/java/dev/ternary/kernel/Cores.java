package dev.ternary.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Counts the physical cores: two threads of one core share its multipliers and gain nothing. */
final class Cores {

  /** Where Linux describes its processors. */
  private static final Path LINUX = Path.of("/sys/devices/system/cpu");

  /** The processors of one core; the second name is that of kernels before 5.3. */
  private static final List<String> SIBLINGS =
      List.of("topology/core_cpus_list", "topology/thread_siblings_list");

  private Cores() {}

  /**
   * The physical cores that this process may use; where the system does not tell, its processors.
   */
  static int physical() {
    return physical(LINUX, Runtime.getRuntime().availableProcessors());
  }

  static int physical(Path cpus, int processors) {
    long cores = 0;
    if (Files.isDirectory(cpus)) {
      try (Stream<Path> entries = Files.list(cpus)) {
        cores =
            entries
                .filter(entry -> entry.getFileName().toString().matches("cpu[0-9]+"))
                .flatMap(Cores::siblings)
                .distinct()
                .count();
      } catch (IOException | UncheckedIOException _) {
        // A sandbox may hide the folder. Then every processor counts as a core.
        cores = 0;
      }
    }
    return cores == 0 ? processors : (int) Math.min(cores, processors);
  }

  private static Stream<String> siblings(Path cpu) {
    for (String name : SIBLINGS) {
      Path file = cpu.resolve(name);
      if (Files.isReadable(file)) {
        try {
          return Stream.of(Files.readString(file).strip());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    // A processor that is switched off has no such file.
    return Stream.empty();
  }
}
