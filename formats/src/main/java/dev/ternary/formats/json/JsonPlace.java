package dev.ternary.formats.json;

import dev.ternary.formats.FormatException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A place in a JSON text.
 *
 * @param source where the text comes from
 * @param offset offset in bytes from the start of the text
 */
public record JsonPlace(Source source, long offset) {

  /**
   * Where a text comes from.
   *
   * @param path the file
   * @param start offset in the file at which the text starts
   * @param within names a text that lies escaped in the file, so that its offsets are its own and
   *     not the file's
   */
  public record Source(Path path, long start, Optional<String> within) {}

  /** An error at this place. */
  public FormatException error(String reason) {
    return source.within().isEmpty()
        ? new FormatException(source.path(), source.start() + offset, reason)
        : new FormatException(
            source.path(),
            source.start(),
            source.within().get() + " at byte " + offset + ": " + reason);
  }
}
