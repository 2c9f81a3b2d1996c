package dev.ternary.cli.bench;

import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.json.JsonWriter;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a benchmark writes its figures, if anywhere. */
public final class FiguresFile {

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to FILE.")
  private Optional<Path> json = Optional.empty();

  @Option(names = "--force", description = "Replace files that exist.")
  private boolean force;

  /**
   * Refuses a file that must not be replaced, before anything is measured.
   *
   * @throws FileAlreadyExistsException if the file is there and may not be replaced
   */
  public void check() throws IOException {
    if (json.isPresent()) {
      overwriting().check(json.get());
    }
  }

  /** Whether files of an earlier run may be replaced. */
  public Overwriting overwriting() {
    return new Overwriting(force);
  }

  /** Opens an object that says what was measured on. */
  public static JsonWriter begin() {
    return JsonWriter.pretty()
        .object()
        .put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
  }

  /** Writes the figures, of which all objects are closed, if a file was asked for. */
  public void write(JsonWriter figures) throws IOException {
    if (json.isPresent()) {
      AtomicFile.writeString(json.get(), overwriting().ifExists(), figures + "\n");
    }
  }
}
