package dev.ternary.formats;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/** Temporary files of processes that were killed. */
final class Leftovers {

  /** Process and number, as {@link AtomicFile} names them. */
  private static final Pattern REST = Pattern.compile("([0-9]{1,18})-[0-9]{1,18}\\.tmp");

  /** Another machine may write into the same folder; what it writes is not so old. */
  private static final Duration AGE = Duration.ofHours(1);

  private Leftovers() {}

  /** Removes those of a target, by what their names begin with; what cannot be removed stays. */
  static void sweep(Path directory, String start) {
    DirectoryStream.Filter<Path> left = file -> isLeft(file, start);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, left)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | DirectoryIteratorException _) {
      // The folder may forbid it; what is to be written does not depend on it.
    }
  }

  private static boolean isLeft(Path file, String start) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (!name.startsWith(start)) {
      return false;
    }
    var rest = REST.matcher(name.substring(start.length()));
    return rest.matches()
        && ProcessHandle.of(Long.parseLong(rest.group(1))).isEmpty()
        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && Files.getLastModifiedTime(file).toInstant().isBefore(Instant.now().minus(AGE));
  }
}
