package dev.ternary.cli.pytorch.models;

import dev.ternary.cli.pytorch.models.ModelFigure.Contender;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.measure.Clock;
import dev.ternary.measure.Stopwatch;
import dev.ternary.nn.Model;
import dev.ternary.nn.ModelOptions;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Weights;
import dev.ternary.nn.rewrite.FoldBatchNorm;
import dev.ternary.pytorch.backend.TorchBackend;
import dev.ternary.pytorch.backend.TorchLayout;
import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * One network and all who run it: libtorch with the same weights as float32, batch norms folded,
 * and our packed model with each kernel and both forms of activations. Owns models and memory.
 */
final class ModelTrial implements AutoCloseable {

  /** Of the largest output, in float32: sums in another order, in some 50 layers. */
  static final double FLOAT_BOUND = 1e-3;

  /**
   * Where such a sum decides to which of 127 steps an activation is rounded: one that goes the
   * other way moves those behind it, until after many layers both differ as much as rounding itself
   * does. A network that computes something else differs by about 1.
   */
  static final double INT8_BOUND = 0.2;

  static final Contender LIBTORCH = new Contender("libtorch", "float32");

  /** So long that the steps of 10 ms in which Linux counts the time of a process matter little. */
  private static final Duration LONG_SAMPLE = Duration.ofMillis(100);

  private static final Duration SHORT_SAMPLE = Duration.ofMillis(1);

  private final Graph graph;
  private final Parallelism parallelism;
  private final PreparedGraph libtorch;
  private final List<Own> models = new ArrayList<>();

  /** A packed model of ours. */
  private record Own(Contender contender, Activations activations, Model model) {}

  /**
   * Prepares all contenders.
   *
   * @param graph with ternary weights
   */
  ModelTrial(Graph graph, List<TernaryKernel> kernels, Parallelism parallelism) {
    this.graph = graph;
    this.parallelism = parallelism;
    Graph floats =
        FoldBatchNorm.in(graph.mapWeights(weights -> new Weights.Dense(weights.toDense())));
    libtorch = new TorchBackend(TorchLayout.CHANNELS_LAST).prepare(floats);
    boolean made = false;
    try {
      for (TernaryKernel kernel : kernels) {
        add(kernel, Activations.INT8, "int8");
        add(kernel, Activations.FLOAT32, "float32");
      }
      made = true;
    } finally {
      if (!made) {
        close();
      }
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private void add(TernaryKernel kernel, Activations activations, String words) {
    var options = ModelOptions.defaults().withKernel(kernel).withParallelism(parallelism);
    models.add(
        new Own(
            new Contender(kernel.name(), words),
            activations,
            Model.of(graph.withActivations(activations), options)));
  }

  /**
   * Checks all contenders on a batch, then times them in turns.
   *
   * @param budget for one contender, after as long to warm up
   * @return libtorch first
   * @throws IllegalStateException if a contender's outputs are not those that libtorch gives
   */
  List<ModelFigure> measure(int batch, Duration budget) {
    Shape sample = graph.inputs().getFirst().dims().most();
    float[] x = new float[Math.multiplyExact(batch, Math.toIntExact(sample.elements()))];
    var random = new SplittableRandom(7);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    try (PlannedRun run = libtorch.sized(List.of(sample)).plan(batch, Parallelism.single())) {
      run.input(0).values().copyFrom(MemorySegment.ofArray(x));
      run.run();
      List<Double> differences = check(x, run.output(0).toArray(), rounded(batch, x));
      List<Supplier<?>> actions = new ArrayList<>();
      actions.add(() -> {
        run.run();
        return run;
      });
      models.forEach(own -> actions.add(() -> own.model().predict(x)));
      return figures(batch, stopwatch(budget).time(actions), differences);
    }
  }

  private Stopwatch stopwatch(Duration budget) {
    int threads = parallelism.threads();
    return new Stopwatch(
        Clock.ofWork(threads),
        budget,
        threads == 1 ? SHORT_SAMPLE : LONG_SAMPLE,
        Integer.MAX_VALUE,
        budget);
  }

  /** What libtorch gives where it rounds what enters a ternary layer to int8, as our kernels do. */
  private float[] rounded(int batch, float[] x) {
    Graph int8 = graph.withActivations(Activations.INT8);
    Shape sample = graph.inputs().getFirst().dims().most();
    try (PreparedGraph prepared = new TorchBackend().prepare(int8);
        PlannedRun run = prepared.sized(List.of(sample)).plan(batch, Parallelism.single())) {
      run.input(0).values().copyFrom(MemorySegment.ofArray(x));
      run.run();
      return run.output(0).toArray();
    }
  }

  private List<Double> check(float[] x, float[] exact, float[] rounded) {
    List<Double> differences = new ArrayList<>();
    for (Own own : models) {
      String who = own.contender().title();
      float[] found = own.model().predict(x);
      differences.add(
          switch (own.activations()) {
            case INT8 -> Agreement.require(who, rounded, found, INT8_BOUND);
            case FLOAT32 -> Agreement.require(who, exact, found, FLOAT_BOUND);
          });
    }
    return differences;
  }

  private List<ModelFigure> figures(
      int batch, List<Stopwatch.Sample> samples, List<Double> differences) {
    double reference = counted(samples.getFirst());
    List<ModelFigure> figures = new ArrayList<>();
    figures.add(new ModelFigure(LIBTORCH, batch, samples.getFirst(), 1, 0));
    for (int i = 0; i < models.size(); i++) {
      Stopwatch.Sample sample = samples.get(i + 1);
      figures.add(
          new ModelFigure(
              models.get(i).contender(),
              batch,
              sample,
              reference / counted(sample),
              differences.get(i)));
    }
    return figures;
  }

  /** CPU time of one thread, which others on the machine do not change; of several what passed. */
  private double counted(Stopwatch.Sample sample) {
    return parallelism.threads() == 1 ? sample.best() : sample.elapsed().best();
  }

  @Override
  public void close() {
    models.forEach(own -> own.model().close());
    libtorch.close();
  }
}
