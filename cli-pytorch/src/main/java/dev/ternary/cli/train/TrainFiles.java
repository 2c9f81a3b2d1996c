package dev.ternary.cli.train;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.IfExists;
import dev.ternary.report.ReportFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What a training writes. */
final class TrainFiles {

  private final TrainOptions options;
  private final ReportFiles files;

  TrainFiles(TrainOptions options) {
    this.options = options;
    this.files = new ReportFiles(options.out());
  }

  /** Refuses to write over an earlier run, before the work; makes the folder. */
  void check() throws IOException {
    if (!options.resume()) {
      for (String kind : new String[] {"float", "ternary"}) {
        if (!options.overwriting().allowed() && Files.exists(checkpoint(kind))) {
          throw new FileAlreadyExistsException(
              checkpoint(kind).toString(),
              null,
              "is of an earlier run; --resume goes on from it, --force begins anew");
        }
      }
    }
    for (Path file : files.all()) {
      options.overwriting().check(file);
    }
    if (options.json().isPresent()) {
      options.overwriting().check(options.json().get());
    }
    files.prepare();
    if (!options.resume()) {
      for (String kind : new String[] {"float", "ternary"}) {
        Files.deleteIfExists(checkpoint(kind));
      }
      // A run without a float network must not report the size of an earlier one.
      Files.deleteIfExists(files.floatModel());
    }
  }

  /** Whether there is a training to go on with. */
  boolean hasCheckpoint() {
    return Files.exists(checkpoint("float")) || Files.exists(checkpoint("ternary"));
  }

  ReportFiles report() {
    return files;
  }

  /** State of the training of this kind after its last epoch. */
  Path checkpoint(String kind) {
    return files.folder().resolve(kind + "-checkpoint.safetensors");
  }

  /** The fine-tuned float network, by the names of its Python original. */
  Path tunedFloat() {
    return files.folder().resolve("float-tuned.safetensors");
  }

  /** Writes the page and the figures. */
  void write(String page, String figures) throws IOException {
    AtomicFile.writeString(files.report(), IfExists.REPLACE, page);
    AtomicFile.writeString(files.summary(), IfExists.REPLACE, figures);
    if (options.json().isPresent()) {
      AtomicFile.writeString(options.json().get(), options.overwriting().ifExists(), figures);
    }
  }

  /** Says where things are. */
  void tell(Terminal terminal) {
    terminal.line("");
    Map<String, Path> written = files.named();
    written.forEach((name, path) -> terminal.line(name + " ".repeat(9 - name.length()) + path));
  }
}
