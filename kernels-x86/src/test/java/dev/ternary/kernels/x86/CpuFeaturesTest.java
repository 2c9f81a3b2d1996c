package dev.ternary.kernels.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.kernels.x86.CpuFeatures.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CpuFeaturesTest {

  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  @Test
  void agreesWithWhatTheSystemSays() throws IOException {
    assumeTrue(System.getProperty("os.arch", "").equals("amd64"), "not an x86-64 CPU");
    assumeTrue(Files.isReadable(CPUINFO), "/proc/cpuinfo is missing");
    String flags =
        Files.readAllLines(CPUINFO).stream()
            .filter(line -> line.startsWith("flags"))
            .findFirst()
            .orElse("");
    Set<String> known = Set.copyOf(List.of(flags.split("\\s+", -1)));
    Set<Feature> found = CpuFeatures.read();
    for (Feature feature : Feature.values()) {
      String flag = feature.name().toLowerCase(Locale.ROOT);
      assertThat(found.contains(feature)).as(flag).isEqualTo(known.contains(flag));
    }
  }

  @Test
  void nothingCountsWhereTheSystemSavesNoVectors() {
    int[] all = {-1, -1, -1, -1};
    assertThat(CpuFeatures.decode(0x2, all, all, all)).isEmpty();
    assertThat(CpuFeatures.decode(0x6, all, all, all))
        .containsExactlyInAnyOrder(Feature.AVX2, Feature.FMA, Feature.AVX_VNNI);
    assertThat(CpuFeatures.decode(0xe6, all, all, all))
        .contains(Feature.AVX512_VNNI)
        .doesNotContain(Feature.AMX_TILE, Feature.AMX_INT8);
    assertThat(CpuFeatures.decode(0x600e6, all, all, all)).contains(Feature.values());
  }
}
