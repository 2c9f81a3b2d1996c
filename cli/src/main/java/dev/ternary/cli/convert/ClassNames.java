package dev.ternary.cli.convert;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What the outputs of a model are called. */
public final class ClassNames {

  private static final long MOST_BYTES = 64L << 20;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description =
          "A text file with the names of the classes, one a line, in the order of the outputs;"
              + " 'convert' and 'quantize' write them into the model.")
  private Optional<Path> file = Optional.empty();

  /**
   * The names for a model, in the order of its outputs; those that its file has where none were
   * given.
   *
   * @throws IllegalArgumentException if there are more or fewer than outputs, or the file is none
   * @throws IOException if it cannot be read
   */
  public List<String> of(Graph graph) throws IOException {
    if (file.isEmpty()) {
      return graph.info().classes();
    }
    List<String> names = read(file.get());
    long outputs = outputs(graph);
    if (names.size() != outputs) {
      throw new IllegalArgumentException(
          file.get()
              + ": the model has "
              + outputs
              + " outputs, --classes names "
              + names.size()
              + ", one a line");
    }
    return names;
  }

  /** The graph with the names inside, if some were given. */
  public Graph into(Graph graph) throws IOException {
    return file.isEmpty() ? graph : graph.withInfo(new ModelInfo(graph.info().image(), of(graph)));
  }

  /**
   * Refuses names where there is no model to write them into.
   *
   * @param in the file that was to be a model
   */
  public void requireModel(CommandLine line, Path in) {
    if (file.isPresent()) {
      throw new ParameterException(
          line,
          "--classes needs a model, and " + in + " holds weights alone: add --arch NAME or FILE");
    }
  }

  private static long outputs(Graph graph) {
    if (graph.outputs().size() != 1) {
      return 0;
    }
    Shape shape = Objects.requireNonNull(graph.most().get(graph.outputs().getFirst()));
    return shape.elements();
  }

  private static List<String> read(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IllegalArgumentException(
          file + " is too long for a file of class names, one a line: " + Files.size(file));
    }
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException(
          file + " must be a text file in UTF-8 with the names of the classes, one a line", e);
    }
  }
}
