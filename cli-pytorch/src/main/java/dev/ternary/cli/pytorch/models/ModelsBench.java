package dev.ternary.cli.pytorch.models;

import dev.ternary.cli.bench.ChosenKernels;
import dev.ternary.cli.bench.FiguresFile;
import dev.ternary.cli.command.Usage;
import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.pytorch.Torch;
import dev.ternary.report.Machine;
import dev.ternary.report.Numbers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures whole networks, packed, against the same weights as float32 in libtorch. */
@Command(
    name = "models",
    description =
        "Measures whole networks with random ternary weights, packed, against libtorch with the"
            + " same weights as float32, in turns.",
    mixinStandardHelpOptions = true)
public final class ModelsBench implements Callable<Integer> {

  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "mlp,lenet,resnet20,resnet18,mobilenetv2",
      description = "Only these. Default: ${DEFAULT-VALUE}")
  private List<String> models = List.of();

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,100",
      description = "Images at once. Default: ${DEFAULT-VALUE}")
  private List<Integer> batch = List.of();

  @Option(
      names = "--batch-224",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,8",
      description = "The same for networks of 224x224 images. Default: ${DEFAULT-VALUE}")
  private List<Integer> largeBatch = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of libtorch and of ours. Default: ${DEFAULT-VALUE}")
  private int threads;

  @Option(
      names = "--kernels",
      split = ",",
      paramLabel = "NAME",
      description =
          "These kernels, by the names that ternary doctor prints. Default: the one that runs.")
  private List<String> kernels = List.of();

  @Option(
      names = "--millis",
      paramLabel = "MS",
      defaultValue = "500",
      description =
          "Time for one contender at one batch, after as long to warm up, and up to ten times as"
              + " long until it is steady. Default: ${DEFAULT-VALUE}")
  private int millis;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the random weights. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Mixin private FiguresFile figures = new FiguresFile();

  /** A command that reports to {@code terminal}. */
  public ModelsBench(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    check();
    figures.check();
    List<TernaryKernel> usable = chosen().usable(terminal);
    String libtorch = Torch.start(threads).getVersion();
    terminal.line(
        Machine.text()
            + ", libtorch "
            + libtorch
            + ", "
            + Numbers.many(threads, "thread")
            + "; random weights of seed "
            + seed);
    JsonWriter json =
        FiguresFile.begin()
            .put("cpu", Machine.cpu())
            .put("libtorch", libtorch)
            .put("threads", threads)
            .put("seed", seed)
            .put("millis", millis)
            .array("results");
    measure(usable, json);
    figures.write(json.end().end());
    explain();
    return 0;
  }

  private void check() {
    var usage = new Usage(spec);
    for (String name : models) {
      if (!BenchNetwork.keys().contains(name)) {
        throw usage.wrong(
            "--models: no network '"
                + name
                + "'; known: "
                + String.join(", ", BenchNetwork.keys()));
      }
    }
    usage.requireAtLeast(1, "--batch", batch);
    usage.requireAtLeast(1, "--batch-224", largeBatch);
    usage.requireAtLeast(1, "--threads", threads);
    usage.requireAtLeast(1, "--millis", millis);
    chosen().check(usage);
  }

  private ChosenKernels chosen() {
    return new ChosenKernels(kernels.isEmpty() ? List.of(Kernels.best().name()) : kernels);
  }

  private void measure(List<TernaryKernel> usable, JsonWriter json) {
    List<BenchNetwork> networks =
        BenchNetwork.ALL.stream().filter(network -> models.contains(network.key())).toList();
    List<String> unsteady = new ArrayList<>();
    int total = networks.stream().mapToInt(network -> batches(network).size()).sum();
    int done = 0;
    try (ProgressBar bar = terminal.progress("bench models", total);
        Parallelism parallelism = Parallelism.of(threads)) {
      for (BenchNetwork network : networks) {
        bar.at(done, network.title());
        try (var trial = new ModelTrial(network.ternary(seed), usable, parallelism)) {
          for (int size : batches(network)) {
            String title = network.title() + ", batch " + size;
            bar.at(done, title);
            List<ModelFigure> all = trial.measure(size, Duration.ofMillis(millis));
            bar.at(++done, title);
            terminal.line(terminal.bold(title));
            terminal.table(ModelFigure.HEADER, all.stream().map(ModelFigure::row).toList());
            all.forEach(figure -> figure.write(network, json));
            all.stream()
                .filter(figure -> !figure.sample().steady())
                .forEach(figure -> unsteady.add(figure.contender().title() + ": " + title));
          }
        }
      }
    }
    unsteady.forEach(what -> terminal.warn("not steady after ten times the warm-up: " + what));
  }

  private List<Integer> batches(BenchNetwork network) {
    return network.large() ? largeBatch : batch;
  }

  private void explain() {
    terminal.line(
        "Best samples in turns. x libtorch compares "
            + (threads == 1
                ? "CPU time; "
                : "the time that passed; CPU is the mean of all threads together; ")
            + "libtorch has batch norms folded and channels last.");
    terminal.line(
        "Off by: largest difference from libtorch's outputs, of the largest one; int8 is compared"
            + " with libtorch rounding alike.");
  }
}
