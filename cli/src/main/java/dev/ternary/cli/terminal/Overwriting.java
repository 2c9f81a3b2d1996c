package dev.ternary.cli.terminal;

import dev.ternary.formats.IfExists;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code --force} decides: whether a command may replace files.
 *
 * @param allowed whether it was given
 */
public record Overwriting(boolean allowed) {

  /**
   * Refuses a file that must not be replaced; before the work, which may be long.
   *
   * @throws FileAlreadyExistsException if the file is there and may not be replaced
   */
  public void check(Path file) throws IOException {
    if (!allowed && Files.exists(file)) {
      throw new FileAlreadyExistsException(
          file.toString(), null, "exists already; --force replaces it");
    }
  }

  /** The same decision for the writers. */
  public IfExists ifExists() {
    return allowed ? IfExists.REPLACE : IfExists.REFUSE;
  }
}
