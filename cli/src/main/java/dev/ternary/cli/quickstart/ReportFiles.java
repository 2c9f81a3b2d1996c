package dev.ternary.cli.quickstart;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a quickstart writes.
 *
 * @param folder where
 */
record ReportFiles(Path folder) {

  Path report() {
    return folder.resolve("index.html");
  }

  Path summary() {
    return folder.resolve("summary.json");
  }

  Path ternaryModel() {
    return folder.resolve("ternary.safetensors");
  }

  Path floatModel() {
    return folder.resolve("float32.safetensors");
  }

  List<Path> all() {
    return List.of(report(), summary(), ternaryModel(), floatModel());
  }

  /** Makes the folder now, so that a training does not end in a folder that cannot be written. */
  void prepare() throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new FileSystemException(folder.toString(), null, "is a file, a folder is needed");
    }
    Files.createDirectories(folder);
    if (!Files.isWritable(folder)) {
      throw new AccessDeniedException(folder.toString());
    }
  }
}
