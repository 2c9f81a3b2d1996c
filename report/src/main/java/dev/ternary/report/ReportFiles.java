package dev.ternary.report;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a run in one folder.
 *
 * @param folder where
 */
public record ReportFiles(Path folder) {

  /** The page. */
  public Path report() {
    return folder.resolve("index.html");
  }

  /** The figures for machines. */
  public Path summary() {
    return folder.resolve("summary.json");
  }

  /** The packed ternary network. */
  public Path ternaryModel() {
    return folder.resolve("ternary.safetensors");
  }

  /** The float32 network. */
  public Path floatModel() {
    return folder.resolve("float32.safetensors");
  }

  /** All of them. */
  public List<Path> all() {
    return List.of(report(), summary(), ternaryModel(), floatModel());
  }

  /** The files by what they are, in a few letters. */
  public Map<String, Path> named() {
    var named = new LinkedHashMap<String, Path>();
    named.put("report", report());
    named.put("figures", summary());
    named.put("model", ternaryModel());
    return named;
  }

  /** Makes the folder now, so that a training does not end in a folder that cannot be written. */
  public void prepare() throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new FileSystemException(folder.toString(), null, "is a file, a folder is needed");
    }
    Files.createDirectories(folder);
    if (!Files.isWritable(folder)) {
      throw new AccessDeniedException(folder.toString());
    }
  }
}
