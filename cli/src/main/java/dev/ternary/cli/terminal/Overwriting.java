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
    if (Files.isDirectory(file)) {
      throw new IOException(
          "cannot write " + file + ": it is a directory; name the file to write in it");
    }
    if (!allowed && Files.exists(file)) {
      throw new FileAlreadyExistsException(
          file.toString(), null, "exists already; --force replaces it");
    }
  }

  /**
   * As {@link #check(Path)}, and refuses to write over what is read, forced or not: that was never
   * an old result.
   *
   * @throws IllegalArgumentException if both are one file, or {@code file} is in the folder {@code
   *     in}
   */
  public void check(Path file, Path in) throws IOException {
    if (Files.exists(file) && !Files.isDirectory(file)) {
      Path real = file.toRealPath();
      boolean inside = Files.isDirectory(in) && real.startsWith(in.toRealPath());
      if (inside || Files.isSameFile(file, in)) {
        throw new IllegalArgumentException(
            "cannot write to "
                + file
                + ": it is "
                + (inside ? "in the folder " + in + " that is" : "the file that is")
                + " read; give another name with -o");
      }
    }
    check(file);
  }

  /** The same decision for the writers. */
  public IfExists ifExists() {
    return allowed ? IfExists.REPLACE : IfExists.REFUSE;
  }
}
