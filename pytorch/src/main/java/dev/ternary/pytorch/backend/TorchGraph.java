package dev.ternary.pytorch.backend;

import ai.djl.ndarray.NDManager;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A graph whose weights are libtorch's. Owns their memory through {@code manager}. */
final class TorchGraph implements PreparedGraph {

  private final Graph graph;
  private final List<TorchStep> steps;
  private final NDManager manager;

  TorchGraph(Graph graph, List<TorchStep> steps, NDManager manager) {
    this.graph = graph;
    this.steps = List.copyOf(steps);
    this.manager = manager;
  }

  /** Those of the graph. */
  List<TorchStep> steps() {
    return steps;
  }

  /** Has the weights. */
  NDManager manager() {
    return manager;
  }

  @Override
  public SizedGraph sized(List<Shape> inputs) {
    return new Sized(this, graph.shapes(inputs));
  }

  @Override
  public void close() {
    manager.close();
  }

  /** The graph with the shapes of one sample of all values. */
  record Sized(TorchGraph prepared, Map<String, Shape> shapes) implements SizedGraph {

    Shape shape(String name) {
      return Objects.requireNonNull(shapes.get(name), name);
    }

    List<String> inputNames() {
      return prepared.graph.inputs().stream().map(dev.ternary.nn.graph.Input::name).toList();
    }

    List<String> outputNames() {
      return prepared.graph.outputs();
    }

    @Override
    public List<Shape> outputs() {
      return outputNames().stream().map(this::shape).toList();
    }

    @Override
    public long work() {
      return prepared.graph.nodes().stream().mapToLong(this::work).sum();
    }

    private long work(Node node) {
      long outputs = shape(node.name()).elements();
      return node.operation()
          .weights()
          .map(w -> outputs * (w.shape().elements() / w.shape().dim(0)))
          .orElse(outputs);
    }

    @Override
    public long widest() {
      return shapes.values().stream().mapToLong(Shape::elements).sum();
    }

    @Override
    public PlannedRun plan(int samples, Parallelism threads) {
      return new TorchRun(this, samples);
    }
  }
}
