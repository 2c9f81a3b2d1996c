package dev.ternary.pytorch.backend;

import ai.djl.ndarray.NDManager;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Input;
import dev.ternary.nn.graph.Node;
import dev.ternary.tensor.Shape;
import java.util.List;

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

  /** Has the weights. */
  NDManager manager() {
    return manager;
  }

  @Override
  public SizedGraph sized(List<Shape> inputs) {
    List<String> names = graph.inputs().stream().map(Input::name).toList();
    return new Sized(new TorchPlan(steps, manager, names, graph.outputs(), graph.shapes(inputs)));
  }

  @Override
  public void close() {
    manager.close();
  }

  /** The graph with the shapes of one sample of all values. */
  private record Sized(TorchPlan plan) implements SizedGraph {

    @Override
    public List<Shape> outputs() {
      return plan.outputs().stream().map(plan::shape).toList();
    }

    @Override
    public long work() {
      return plan.steps().stream().mapToLong(step -> work(step.node())).sum();
    }

    private long work(Node node) {
      long outputs = plan.shape(node.name()).elements();
      return node.operation()
          .weights()
          .map(w -> outputs * (w.shape().elements() / w.shape().dim(0)))
          .orElse(outputs);
    }

    @Override
    public long widest() {
      return plan.shapes().values().stream().mapToLong(Shape::elements).sum();
    }

    @Override
    public PlannedRun plan(int samples, Parallelism threads) {
      return new TorchRun(plan, samples);
    }
  }
}
