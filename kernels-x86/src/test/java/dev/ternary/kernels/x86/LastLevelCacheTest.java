package dev.ternary.kernels.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastLevelCacheTest {

  private static void describe(Path folder, int index, String size) throws IOException {
    Path cache = Files.createDirectories(folder.resolve("index" + index));
    Files.writeString(cache.resolve("size"), size);
  }

  @Test
  void isTheLargestThatTheSystemDescribes(@TempDir Path folder) throws IOException {
    describe(folder, 0, "48K\n");
    describe(folder, 1, "32K\n");
    describe(folder, 2, "1024K\n");
    assertThat(LastLevelCache.bytes(folder)).isEqualTo(1 << 20);
    describe(folder, 3, "96M\n");
    assertThat(LastLevelCache.bytes(folder)).isEqualTo(96L << 20);
  }

  @Test
  void isOfACommonSizeWhereTheSystemDoesNotTell(@TempDir Path folder) throws IOException {
    long common = 32L << 20;
    assertThat(LastLevelCache.bytes(folder.resolve("missing"))).isEqualTo(common);
    Files.createDirectories(folder.resolve("index0"));
    assertThat(LastLevelCache.bytes(folder)).isEqualTo(common);
    describe(folder, 0, "large\n");
    assertThat(LastLevelCache.bytes(folder)).isEqualTo(common);
    describe(folder, 0, "");
    assertThat(LastLevelCache.bytes(folder)).isEqualTo(common);
  }
}
