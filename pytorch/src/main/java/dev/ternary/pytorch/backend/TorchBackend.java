package dev.ternary.pytorch.backend;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.ternary.nn.backend.Backend;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.pytorch.Torch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Runs graphs on libtorch, on the CPU, operation after operation as they stand in the graph: no
 * batch norm is folded and nothing is fused. All weights become float32; what enters a product with
 * ternary weights and int8 activations is rounded as the kernels round it, so that the results are
 * those of the packed network but for the order of sums. Every operation is known.
 *
 * <p>Meant to check and to measure networks, not to serve them: {@code dev.ternary.nn.Model} runs
 * the same graph from packed weights without PyTorch. The number of threads is libtorch's, see
 * {@link Torch#start}; that of {@code plan} has no effect.
 *
 * @param layout how weights and results of convolutions lie in memory
 */
public record TorchBackend(TorchLayout layout) implements Backend {

  public TorchBackend {
    Objects.requireNonNull(layout, "layout");
  }

  /** Channels first. */
  public TorchBackend() {
    this(TorchLayout.CHANNELS_FIRST);
  }

  @Override
  public String name() {
    return "libtorch";
  }

  /**
   * Makes a graph ready to run.
   *
   * @throws IllegalStateException if PyTorch is missing; the message says what to add
   */
  @Override
  @SuppressWarnings("MustBeClosedChecker") // closed by the prepared graph, or here if it fails
  public PreparedGraph prepare(Graph graph) {
    Torch.start(1);
    NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    try {
      var operators = new TorchOperators(manager, layout);
      Map<String, Integer> last = lastReaders(graph);
      List<TorchStep> steps = new ArrayList<>();
      for (Node node : graph.nodes()) {
        Set<String> dead = new HashSet<>(node.inputs());
        dead.removeIf(name -> !Objects.equals(last.get(name), steps.size()));
        graph.outputs().forEach(dead::remove);
        steps.add(new TorchStep(node, operators.of(node.operation()), dead));
      }
      return new TorchGraph(graph, steps, manager);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** For each value the number of the last node that reads it. */
  private static Map<String, Integer> lastReaders(Graph graph) {
    Map<String, Integer> last = new HashMap<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String input : graph.nodes().get(i).inputs()) {
        last.put(input, i);
      }
    }
    return last;
  }
}
