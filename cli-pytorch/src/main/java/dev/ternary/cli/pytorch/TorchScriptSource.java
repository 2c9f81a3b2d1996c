package dev.ternary.cli.pytorch;

import dev.ternary.cli.command.NetworkSource;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.pytorch.TorchScriptArchive;
import dev.ternary.nn.graph.Graph;
import dev.ternary.pytorch.script.TorchScript;
import dev.ternary.pytorch.script.TorchScriptComparison;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Networks of TorchScript archives, each compared with libtorch before it is handed out. */
final class TorchScriptSource implements NetworkSource {

  @Override
  public String kind() {
    return "TorchScript";
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // closed by whoever takes the network, or here
  public Open open(Path file, List<Shape> inputs) throws IOException {
    TorchScriptArchive archive = TorchScriptArchive.open(file);
    boolean opened = false;
    try {
      Graph graph = TorchScript.graph(archive, inputs);
      var open = new Network(archive, graph, compare(graph, file));
      opened = true;
      return open;
    } finally {
      if (!opened) {
        archive.close();
      }
    }
  }

  private static List<String> compare(Graph graph, Path file) throws IOException {
    TorchScriptComparison comparison = TorchScriptComparison.of(graph, file);
    String figures =
        scientific(comparison.relative())
            + " of the largest output for random inputs, "
            + scientific(TorchScriptComparison.BOUND)
            + " is allowed";
    if (!comparison.agrees()) {
      throw new FormatException(
          file, 0, "the graph that was made of it differs from libtorch by " + figures);
    }
    String agrees = "outputs differ from libtorch's by " + figures;
    return comparison.saysMuch()
        ? List.of(agrees)
        : List.of(
            agrees, "its outputs hardly depend on the input, so that the comparison says little");
  }

  private static String scientific(double value) {
    return String.format(Locale.ROOT, "%.1e", value);
  }

  /** An archive and its network. */
  private record Network(TorchScriptArchive archive, Graph graph, List<String> notes)
      implements Open {
    @Override
    public void close() {
      archive.close();
    }
  }
}
