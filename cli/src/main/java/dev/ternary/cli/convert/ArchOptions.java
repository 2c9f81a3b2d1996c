package dev.ternary.cli.convert;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.nn.zoo.Architectures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which network the tensors of a file are the weights of. */
public final class ArchOptions {

  /** For the list of names in the help. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Architectures.names().iterator();
    }
  }

  @Option(
      names = "--arch",
      paramLabel = "NAME|FILE",
      completionCandidates = Names.class,
      description =
          "The network that the tensors are the weights of: ${COMPLETION-CANDIDATES}; or an"
              + " architecture file in JSON or YAML, see docs/formats/architecture.md.")
  private Optional<String> arch = Optional.empty();

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description =
          "Rows and columns of the images that the network of --arch NAME will take; default is"
              + " what it was made for: 224, or 32 for cifar-...")
  private Optional<Integer> imageSize = Optional.empty();

  /**
   * The network of a file: that of {@code --arch}, or else the one that the file has inside; empty
   * where there is neither.
   *
   * @param file must stay open as long as the graph is used
   * @param prefix what to cut off where the names of all tensors begin with it
   * @throws IllegalArgumentException if the name is unknown or the tensors are not those of the
   *     network
   * @throws IOException if a file cannot be read, or the architecture is damaged
   */
  public Optional<Graph> graph(TensorFile file, String prefix) throws IOException {
    Optional<Graph> inside = GraphFile.read(file);
    if (arch.isEmpty()) {
      if (imageSize.isPresent()) {
        throw new IllegalArgumentException("--image-size needs --arch NAME");
      }
      return inside;
    }
    if (inside.isPresent()) {
      throw new IllegalArgumentException(
          file.path() + " has its architecture inside: leave --arch away");
    }
    return Optional.of(graph(arch.get(), StateDict.of(file, prefix), file.path()));
  }

  private Graph graph(String name, StateDict weights, Path from) throws IOException {
    Path file = Path.of(name);
    boolean known = Architectures.names().contains(name);
    if (!known && Files.isRegularFile(file)) {
      return described(file, weights);
    }
    if (!known && meansFile(name)) {
      throw new NoSuchFileException(
          name,
          null,
          (Files.exists(file) ? "is no regular file" : "does not exist")
              + "; --arch takes an architecture file or a name: 'ternary convert --help'");
    }
    try {
      return imageSize.isPresent()
          ? Architectures.graph(name, weights, imageSize.get())
          : Architectures.graph(name, weights);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          from + ": " + e.getMessage() + (known ? "" : "; and there is no such file"), e);
    }
  }

  private static boolean meansFile(String name) {
    return name.matches("(?i).*([/\\\\]|[.](json|ya?ml|txt)$).*");
  }

  private Graph described(Path file, StateDict weights) throws IOException {
    if (imageSize.isPresent()) {
      throw new IllegalArgumentException(
          "--image-size goes with the name of a network; in " + file + " the input has its shape");
    }
    FileKind kind = TensorFiles.kind(file);
    return switch (kind) {
      case JSON -> GraphFile.read(file, weights);
      case TEXT -> YamlArchitecture.read(file, weights);
      default ->
          throw new FormatException(
              file, 0, "an architecture must be JSON or YAML, found " + kind.phrase());
    };
  }
}
