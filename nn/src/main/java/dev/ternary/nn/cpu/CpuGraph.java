package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.tensor.Shape;
import java.util.List;

/** A graph whose operators are prepared for the processor. */
final class CpuGraph implements PreparedGraph {

  private final Graph graph;
  private final List<Step> steps;

  CpuGraph(Graph graph, List<Step> steps) {
    this.graph = graph;
    this.steps = List.copyOf(steps);
  }

  @Override
  public SizedGraph sized(List<Shape> inputs) {
    return new Sized(Layout.of(graph, steps, graph.shapes(inputs)));
  }

  @Override
  public void close() {
    steps.forEach(step -> step.operator().ifPresent(Operator::close));
  }

  /** The graph with its shapes, and how much work and memory it takes. */
  private record Sized(Layout layout, long work, long widest) implements SizedGraph {

    Sized(Layout layout) {
      this(
          layout,
          layout.steps().stream().mapToLong(step -> work(layout, step)).sum(),
          layout.memory().slots().stream().mapToLong(Long::longValue).sum());
    }

    private static long work(Layout layout, Step step) {
      return step.operator()
          .map(operator -> operator.work(layout.in(step.node()), layout.shape(step.node().name())))
          .orElse(0L);
    }

    @Override
    public List<Shape> outputs() {
      return layout.graph().outputs().stream().map(layout::shape).toList();
    }

    @Override
    public PlannedRun plan(int samples, Parallelism threads) {
      return new CpuRun(layout, samples, threads);
    }
  }
}
