package dev.ternary.cli.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import dev.ternary.cli.bench.FiguresFile;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.measure.Stopwatch;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.layers.PackedLinear;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.report.Numbers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures a linear layer inside libtorch: float32, ternary as float32, and packed. */
@Command(
    name = "pytorch",
    description = "Measures a linear layer in PyTorch: float32 weights against packed ones.",
    mixinStandardHelpOptions = true)
public final class PyTorchBench implements Callable<Integer> {

  private static final String FLOAT = "float32";

  private final Terminal terminal;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "1024",
      description = "Inputs and outputs of the layer (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--batches",
      split = ",",
      paramLabel = "N,N",
      hideParamSyntax = true,
      defaultValue = "1,32,256",
      description = "Samples at once (default: ${DEFAULT-VALUE}).")
  private List<Integer> batches = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "31",
      description = "Rounds; the best counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--training",
      description =
          "Measure training steps instead: linear layers by rule, and a ResNet's convolutions.")
  private boolean training;

  @Mixin private FiguresFile figures = new FiguresFile();

  /** A command that reports to {@code terminal}. */
  public PyTorchBench(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A layer to be timed. */
  private record Candidate(String name, Block block) {}

  @Override
  public Integer call() throws IOException {
    if (size < 1 || rounds < 1 || batches.stream().anyMatch(batch -> batch < 1)) {
      throw new IllegalArgumentException("--size, --batches and --rounds are 1 or more");
    }
    figures.check();
    Torch.start(1).setRandomSeed(1);
    JsonWriter json =
        FiguresFile.begin()
            .put("kernel", Kernels.best().name())
            .put("threads", 1)
            .put("rounds", rounds)
            .put("size", size)
            .array("results");
    if (training) {
      for (int batch : batches) {
        new TrainingSteps(terminal, size, batch, rounds).run(json);
      }
      figures.write(json.end().end());
      terminal.line(
          "Best step of "
              + rounds
              + " turns, 1 thread, CPU time: forward, loss, backward and Adam of a network of one"
              + " layer.");
      return 0;
    }
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      List<Candidate> candidates = candidates(manager);
      for (int batch : batches) {
        measure(manager, candidates, batch, json);
      }
    }
    figures.write(json.end().end());
    terminal.line("Best of " + rounds + " rounds in turns, 1 thread, no gradients recorded.");
    return 0;
  }

  private List<Candidate> candidates(NDManager manager) {
    Linear floating = Linear.builder().setUnits(size).optBias(false).build();
    TernaryLinear ternary =
        TernaryLinear.builder(TernaryOptions.absmean()).setUnits(size).optBias(false).build();
    var candidates = new ArrayList<Candidate>();
    candidates.add(new Candidate(FLOAT, floating));
    candidates.add(new Candidate("TernaryLinear", ternary));
    for (Candidate candidate : candidates) {
      candidate.block().initialize(manager, DataType.FLOAT32, new Shape(1, size));
    }
    TernaryMatrix weights = ternary.ternaryMatrix();
    for (Activations form : Activations.values()) {
      PackedLinear packed = PackedLinear.of(manager, weights, form);
      if (packed.packed()) {
        candidates.add(
            new Candidate(
                "PackedLinear, " + (form == Activations.INT8 ? "int8" : "float32"), packed));
      }
    }
    return candidates;
  }

  private void measure(NDManager manager, List<Candidate> candidates, int batch, JsonWriter json) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray x = scope.randomNormal(new Shape(batch, size));
      check(x, candidates);
      var contenders = new ArrayList<Supplier<?>>();
      candidates.forEach(candidate -> contenders.add(() -> forward(candidate.block(), x)));
      report(batch, candidates, Stopwatch.ofRounds(1, rounds).time(contenders), json);
    }
  }

  private void report(
      int batch, List<Candidate> candidates, List<Stopwatch.Sample> samples, JsonWriter json) {
    double reference = samples.getFirst().best(); // float32
    var rows = new ArrayList<List<String>>();
    for (int i = 0; i < candidates.size(); i++) {
      String name = candidates.get(i).name();
      Stopwatch.Sample own = samples.get(i);
      rows.add(
          List.of(
              name,
              Numbers.fixed(own.best() / 1000, 1),
              Numbers.fixed(own.median() / 1000, 1),
              Numbers.fixed(reference / own.best(), 2)));
      json.object()
          .put("batch", batch)
          .put("layer", name)
          .put("best_nanos", own.best())
          .put("median_nanos", own.median())
          .put("speed_of_float32", reference / own.best())
          .end();
    }
    terminal.line(terminal.bold(size + "x" + size + ", batch " + batch));
    terminal.table(List.of("layer", "best us", "median us", "times float32"), rows);
  }

  private static Shape forward(Block block, NDArray x) {
    var store = new ParameterStore(x.getManager(), false);
    try (NDArray y = block.forward(store, new NDList(x), false).head()) {
      return y.getShape();
    }
  }

  /** All that compute with the ternary weights agree, as far as int8 activations let them. */
  private static void check(NDArray x, List<Candidate> candidates) {
    var store = new ParameterStore(x.getManager(), false);
    NDArray expected = candidates.get(1).block().forward(store, new NDList(x), false).head();
    float largest = expected.abs().max().getFloat();
    for (Candidate candidate : candidates.subList(1, candidates.size())) {
      NDArray y = candidate.block().forward(store, new NDList(x), false).head();
      float off = y.sub(expected).abs().max().getFloat();
      if (!(off <= 0.05f * largest)) {
        throw new AssertionError(candidate.name() + " is off by " + off + " of " + largest);
      }
    }
  }
}
