package dev.ternary.pytorch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Data sets for tests, where they are there. */
public final class DataFolder {

  private DataFolder() {}

  /** The folder of the data sets: property or variable TERNARY_DATA, or beside the repository. */
  public static Optional<Path> of(String name) {
    String set = System.getProperty("TERNARY_DATA", System.getenv("TERNARY_DATA"));
    for (Path root :
        set == null
            ? new Path[] {Path.of("../shared/data"), Path.of("../../shared/data")}
            : new Path[] {Path.of(set)}) {
      if (Files.isDirectory(root.resolve(name))) {
        return Optional.of(root.resolve(name));
      }
    }
    return Optional.empty();
  }
}
