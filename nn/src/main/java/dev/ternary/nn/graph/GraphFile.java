package dev.ternary.nn.graph;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.packed.PackedModelFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A graph in a file. Its weights are views of the file, which stays mapped until this is closed;
 * then they must not be used any more.
 */
public final class GraphFile implements AutoCloseable {

  private final PackedModelFile file;
  private final Graph graph;

  private GraphFile(PackedModelFile file, Graph graph) {
    this.file = file;
    this.graph = graph;
  }

  /**
   * Opens what {@link Graph#save} wrote, of any version.
   *
   * @throws FormatException if the file is damaged or of another kind, holds weights without an
   *     architecture, or its architecture has an operation or a version that is unknown
   * @throws IOException if it cannot be read
   */
  public static GraphFile open(Path path) throws IOException {
    PackedModelFile file = PackedModelFile.open(path);
    boolean opened = false;
    try {
      String text =
          file.model()
              .architecture()
              .orElseThrow(() ->
                  new FormatException(
                      path, 0, "expected a model with its architecture, found weights alone"));
      var result = new GraphFile(file, ArchitectureReader.read(path, file.model(), text));
      opened = true;
      return result;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /** The graph. */
  public Graph graph() {
    return graph;
  }

  /** The file as it was named to {@link #open}. */
  public Path path() {
    return file.path();
  }

  @Override
  public void close() {
    file.close();
  }
}
