package dev.ternary.nn.graph;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.json.DuplicateNames;
import dev.ternary.formats.json.JsonObject;
import dev.ternary.formats.packed.PackedModelFile;
import dev.ternary.formats.tensors.TensorFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A graph in a file. Its weights are views of the file, which stays mapped until this is closed;
 * then they must not be used any more.
 */
public final class GraphFile implements AutoCloseable {

  private final TensorFile file;
  private final Graph graph;

  private GraphFile(TensorFile file, Graph graph) {
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
    TensorFile file = TensorFiles.open(path);
    boolean opened = false;
    try {
      Graph graph =
          read(file)
              .orElseThrow(() ->
                  new FormatException(
                      path,
                      0,
                      "expected a model with its architecture, found weights alone ("
                          + file.kind().title()
                          + "); 'ternary convert FILE --arch NAME -o OUT' adds the architecture,"
                          + " 'ternary quantize --arch NAME' does too"));
      var result = new GraphFile(file, graph);
      opened = true;
      return result;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /**
   * The graph that an open file has, whose weights are views of the file; empty where the file
   * holds weights alone.
   *
   * @throws FormatException if the architecture has an operation or a version that is unknown
   * @throws IOException if it cannot be read
   */
  public static Optional<Graph> read(TensorFile file) throws IOException {
    Optional<String> text = PackedModelFile.architecture(file.metadata());
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(ArchitectureReader.read(file.path(), StateDict.of(file), text.get()));
  }

  /**
   * The graph that an architecture file makes of the tensors of a checkpoint: {@code
   * docs/formats/architecture.md}.
   *
   * @param json the architecture
   * @param weights must stay open as long as the graph is used
   * @throws FormatException if the file is no architecture, or a tensor is missing, left over or
   *     does not fit; the message says which layer and field
   * @throws IOException if it cannot be read
   */
  public static Graph read(Path json, StateDict weights) throws IOException {
    return ArchitectureReader.readFile(JsonObject.read(json), weights);
  }

  /**
   * The same of JSON that another text was translated to.
   *
   * @param from the file with the other text, for messages
   * @param json the architecture; offsets in errors are those of its bytes in UTF-8
   * @param weights must stay open as long as the graph is used
   * @throws FormatException as {@link #read(Path, StateDict)}
   * @throws IOException never otherwise
   */
  public static Graph read(Path from, String json, StateDict weights) throws IOException {
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    return ArchitectureReader.readFile(
        JsonObject.parse(from, 0, utf8, DuplicateNames.REFUSE), weights);
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
