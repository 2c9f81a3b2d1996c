package dev.ternary.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.formats.AtomicFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a benchmark writes its figures, if anywhere. */
public final class FiguresFile {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

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

  /** An object that says what was measured on. */
  public static ObjectNode begin() {
    ObjectNode root = JSON.createObjectNode();
    root.put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
    return root;
  }

  /** Writes the figures, if a file was asked for. */
  public void write(JsonNode figures) throws IOException {
    if (json.isPresent()) {
      AtomicFile.writeString(
          json.get(), overwriting().ifExists(), JSON.writeValueAsString(figures) + "\n");
    }
  }
}
