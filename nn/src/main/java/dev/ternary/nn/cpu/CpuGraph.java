package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Node;
import dev.ternary.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A graph whose operators are prepared for the processor. */
final class CpuGraph implements PreparedGraph {

  private final Graph graph;
  private final List<Step> steps;

  /**
   * A node with what runs it.
   *
   * @param node the node
   * @param operator empty where nothing runs
   */
  record Step(Node node, Optional<Operator> operator) {}

  CpuGraph(Graph graph, List<Step> steps) {
    this.graph = graph;
    this.steps = List.copyOf(steps);
  }

  Graph graph() {
    return graph;
  }

  List<Step> steps() {
    return steps;
  }

  @Override
  public SizedGraph sized(List<Shape> inputs) {
    return new Sized(this, graph.shapes(inputs));
  }

  @Override
  public void close() {
    steps.forEach(step -> step.operator().ifPresent(Operator::close));
  }

  /** A graph whose shapes are all known. */
  static final class Sized implements SizedGraph {
    private final CpuGraph prepared;
    private final Map<String, Shape> shapes;
    private final MemoryPlan plan;
    private final long work;

    Sized(CpuGraph prepared, Map<String, Shape> shapes) {
      this.prepared = prepared;
      this.shapes = shapes;
      plan = MemoryPlan.of(prepared, shapes);
      work = prepared.steps.stream().mapToLong(this::work).sum();
    }

    private long work(Step step) {
      return step.operator()
          .map(operator -> operator.work(in(step.node()), shape(step.node().name())))
          .orElse(0L);
    }

    CpuGraph prepared() {
      return prepared;
    }

    MemoryPlan memory() {
      return plan;
    }

    Shape shape(String name) {
      return Objects.requireNonNull(shapes.get(name));
    }

    private List<Shape> in(Node node) {
      return node.inputs().stream().map(this::shape).toList();
    }

    @Override
    public List<Shape> outputs() {
      return prepared.graph.outputs().stream().map(this::shape).toList();
    }

    @Override
    public long work() {
      return work;
    }

    @Override
    public long widest() {
      return plan.slots().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public PlannedRun plan(int samples, Parallelism threads) {
      return new CpuRun(this, samples, threads);
    }
  }
}
