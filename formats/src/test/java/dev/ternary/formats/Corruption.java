package dev.ternary.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Damages a small file in every simple way and checks that a reader says so or reads it. */
public final class Corruption {

  private Corruption() {}

  /** Opens and reads a file, whole. */
  @FunctionalInterface
  public interface Reader {
    /** Reads. */
    void read(Path path) throws IOException;
  }

  /** Cuts {@code file} at every byte and flips every bit; no cut may go unnoticed. */
  public static void check(Path file, Reader reader) throws IOException {
    reader.read(file);
    byte[] good = Files.readAllBytes(file);
    Path bad = file.resolveSibling("bad-" + file.getFileName());
    for (int length = 0; length < good.length; length++) {
      Files.write(bad, Arrays.copyOf(good, length));
      assertThat(refuses(bad, reader)).as("cut at %d is refused", length).isTrue();
    }
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(bad, flipped);
      refuses(bad, reader);
    }
    Files.write(bad, Arrays.copyOf(good, good.length + 1));
    refuses(bad, reader);
  }

  private static boolean refuses(Path bad, Reader reader) throws IOException {
    try {
      reader.read(bad);
      return false;
    } catch (FormatException e) {
      assertThat(e.getMessage()).startsWith(bad + " at byte " + e.offset() + ": ");
      assertThat(e.getMessage()).doesNotContain("\n", "\u001b", ": null");
      assertThat(e.offset()).isBetween(0L, Files.size(bad));
      return true;
    }
  }
}
