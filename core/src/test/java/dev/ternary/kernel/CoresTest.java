package dev.ternary.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoresTest {

  @TempDir Path cpus;

  @Test
  void twoThreadsOfACoreCountOnce() throws IOException {
    processor(0, "core_cpus_list", "0,4\n");
    processor(1, "core_cpus_list", "1,5\n");
    processor(4, "core_cpus_list", "0,4\n");
    processor(5, "core_cpus_list", "1,5\n");
    Files.createDirectories(cpus.resolve("cpufreq"));
    Files.createDirectories(cpus.resolve("cpu6/topology"));
    assertThat(Cores.physical(cpus, 4)).isEqualTo(2);
  }

  @Test
  void oldKernelsNameTheFileOtherwise() throws IOException {
    processor(0, "thread_siblings_list", "0-1\n");
    processor(1, "thread_siblings_list", "0-1\n");
    assertThat(Cores.physical(cpus, 2)).isEqualTo(1);
  }

  @Test
  void noMoreThanTheProcessMayUse() throws IOException {
    for (int i = 0; i < 8; i++) {
      processor(i, "core_cpus_list", i + "\n");
    }
    assertThat(Cores.physical(cpus, 3)).isEqualTo(3);
  }

  @Test
  void everyProcessorIsACoreWhereTheSystemDoesNotTell() {
    assertThat(Cores.physical(cpus, 6)).isEqualTo(6);
    assertThat(Cores.physical(cpus.resolve("missing"), 6)).isEqualTo(6);
    assertThat(Cores.physical()).isBetween(1, Runtime.getRuntime().availableProcessors());
  }

  private void processor(int number, String file, String siblings) throws IOException {
    Path topology = Files.createDirectories(cpus.resolve("cpu" + number).resolve("topology"));
    Files.writeString(topology.resolve(file), siblings);
  }
}
