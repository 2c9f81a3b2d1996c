package dev.ternary.cli.doctor;

import dev.ternary.report.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the operating system says of the CPU.
 *
 * @param model its name
 * @param cores logical processors that this JVM may use
 * @param features vector extensions, by the names of Linux
 */
record CpuInfo(String model, int cores, List<String> features) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** The extensions that some kernel looks for. */
  private static final List<String> OF_INTEREST =
      List.of(
          "sse4_2",
          "avx2",
          "fma",
          "avx_vnni",
          "avx512f",
          "avx512bw",
          "avx512vl",
          "avx512_vnni",
          "avx512_vbmi",
          "amx_tile",
          "amx_int8",
          "asimd",
          "asimddp",
          "i8mm",
          "sve");

  static CpuInfo read() {
    int cores = Runtime.getRuntime().availableProcessors();
    if (!Files.isReadable(CPU_INFO)) {
      return new CpuInfo(Machine.cpu(), cores, List.of());
    }
    try {
      List<String> lines = Files.readAllLines(CPU_INFO);
      List<String> words =
          Stream.concat(value(lines, "flags"), value(lines, "Features"))
              .flatMap(flags -> Stream.of(flags.split(" ", -1)))
              .toList();
      return new CpuInfo(
          Machine.cpu(), cores, OF_INTEREST.stream().filter(words::contains).toList());
    } catch (IOException e) {
      return new CpuInfo("CPU (" + e.getMessage() + ")", cores, List.of());
    }
  }

  /** The first line with the given name. */
  private static Stream<String> value(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .limit(1);
  }

  String featureLine() {
    return features.isEmpty() ? "not known on this system" : String.join(" ", features);
  }
}
