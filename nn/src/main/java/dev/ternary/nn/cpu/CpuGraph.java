package dev.ternary.nn.cpu;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.tensor.Shape;
import java.util.List;

/** A graph whose operators are prepared for the processor. */
final class CpuGraph implements PreparedGraph {

  /** As it was given, for its shapes: what the rewrites made of its weights may go. */
  private final Graph graph;

  private final Program program;

  /** Owns the operators of the program. */
  CpuGraph(Graph graph, Program program) {
    this.graph = graph;
    this.program = program;
  }

  @Override
  public SizedGraph sized(List<Shape> inputs) {
    return new Sized(Layout.of(program, graph.shapes(inputs)));
  }

  @Override
  public void close() {
    program.steps().forEach(step -> step.operator().ifPresent(Operator::close));
  }

  /** The graph with its shapes, and how much work and memory it takes. */
  private record Sized(Layout layout, long work, long widest) implements SizedGraph {

    Sized(Layout layout) {
      this(layout, layout.work(), layout.memory().perSample());
    }

    @Override
    public List<Shape> outputs() {
      return layout.program().outputs().stream().map(layout::shape).toList();
    }

    @Override
    public PlannedRun plan(int samples, Parallelism threads) {
      return new CpuRun(layout, samples, threads);
    }
  }
}
