package dev.ternary.cli.bench;

import dev.ternary.cli.command.Usage;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.kernel.spi.WeightLayouts;
import dev.ternary.measure.Clock;
import dev.ternary.measure.OpenBlas;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures every kernel that runs here, in turn, against reading the weights and OpenBLAS. */
@Command(
    name = "kernels",
    description =
        "Measures all kernels that can run here on products of ternary weights with int8"
            + " activations, in turn, and prints thousand millions of multiply-adds a second.",
    mixinStandardHelpOptions = true)
final class KernelsBench implements Callable<Integer> {

  /** Columns of the weights that come from memory. */
  private static final int STREAM_COLS = 2560;

  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--shapes",
      split = ",",
      paramLabel = "ROWSxCOLS,ROWSxCOLS",
      hideParamSyntax = true,
      description = "Shapes of the weights. Default: ${DEFAULT-VALUE}")
  private List<String> shapes = List.of("2560x2560", "6912x2560", "2560x6912");

  @Option(
      names = "--tokens",
      split = ",",
      paramLabel = "N,N",
      hideParamSyntax = true,
      description = "Tokens in one product. Default: ${DEFAULT-VALUE}")
  private List<Integer> tokens = List.of(1, 4, 32, 128);

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N,N",
      hideParamSyntax = true,
      description = "Threads that share a product. Default: ${DEFAULT-VALUE}")
  private List<Integer> threads = List.of(1);

  @Option(
      names = "--kernels",
      split = ",",
      paramLabel = "NAME,NAME",
      hideParamSyntax = true,
      description = "Only these, by the names that ternary doctor prints. Default: all")
  private List<String> kernels = List.of();

  @Option(
      names = "--millis",
      paramLabel = "MS",
      description =
          "Time for one contender at one product, after as long to warm up, and up to ten times"
              + " as long until it is steady. Default: ${DEFAULT-VALUE}")
  private int millis = 300;

  @Option(
      names = "--stream",
      paramLabel = "MIB",
      description =
          "Also measure one token with so many MiB of packed weights, which come from memory, and"
              + " the layouts of weights that a kernel did not choose for them.")
  private int streamMib;

  @Option(
      names = "--openblas",
      paramLabel = "LIBRARY",
      description = "An OpenBLAS library to compare with, such as libopenblas.so.0.")
  private Optional<Path> openBlas = Optional.empty();

  @Mixin private KernelFigures figures = new KernelFigures();

  KernelsBench(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    check();
    figures.check();
    List<TernaryKernel> usable = new ChosenKernels(kernels).usable(terminal);
    var all = new ArrayList<Measurement>();
    for (int threadCount : threads) {
      try (Parallelism parallelism = Parallelism.of(threadCount)) {
        Optional<OpenBlas> blas = openBlas.map(path -> OpenBlas.load(path, threadCount));
        for (String shape : shapes) {
          int[] dims = dims(shape);
          try (var trial = new KernelTrial(dims[0], dims[1], usable, parallelism, blas)) {
            for (int count : tokens) {
              all.addAll(trial.measure(count, budget()));
            }
          }
        }
        if (streamMib > 0) {
          all.addAll(stream(usable, parallelism));
        }
      }
    }
    terminal.line(
        "thousand millions of multiply-adds a second, best of each; "
            + threads.stream()
                .map(count ->
                    Clock.ofThreads(count).words() + (count == 1 ? " of 1 thread" : " of several"))
                .distinct()
                .collect(Collectors.joining(", ")));
    table(all);
    unsteady(all);
    figures.write(all);
    return 0;
  }

  /** Refuses numbers and names that make no sense, before anything is measured. */
  private void check() {
    var usage = new Usage(spec);
    shapes.forEach(this::dims);
    usage.requireAtLeast(1, "--tokens", tokens);
    usage.requireAtLeast(1, "--threads", threads);
    usage.requireAtLeast(1, "--millis", millis);
    if (streamMib < 0 || streamRows() > Integer.MAX_VALUE) {
      throw usage.wrong("--stream must be 0 to " + maxStreamMib() + " MiB, got " + streamMib);
    }
    new ChosenKernels(kernels).check(usage);
  }

  private long streamRows() {
    return (long) streamMib * (1 << 20) * 4 / STREAM_COLS;
  }

  private static long maxStreamMib() {
    return (long) Integer.MAX_VALUE * STREAM_COLS / 4 / (1 << 20);
  }

  private Duration budget() {
    return Duration.ofMillis(millis);
  }

  private Duration streamBudget() {
    return Duration.ofMillis(Math.max(1500, millis));
  }

  private List<Measurement> stream(List<TernaryKernel> usable, Parallelism parallelism) {
    int rows = Math.toIntExact(streamRows());
    // One at a time, so that only one copy of so many weights is in memory.
    var all = new ArrayList<Measurement>();
    for (TernaryKernel kernel : usable) {
      if (kernel.name().equals("scalar")) {
        continue;
      }
      try (var trial =
          new KernelTrial(rows, STREAM_COLS, List.of(kernel), parallelism, Optional.empty())) {
        if (kernel instanceof WeightLayouts several) {
          trial.addOtherLayouts(several);
        }
        for (Measurement m : trial.measure(1, streamBudget())) {
          boolean read = m.contender().equals(KernelTrial.READ);
          all.add(read ? m.named(KernelTrial.READ + " (" + kernel.name() + ")") : m);
        }
      }
    }
    return all;
  }

  private int[] dims(String shape) {
    String[] parts = shape.split("x", -1);
    try {
      if (parts.length == 2) {
        int[] dims = {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
        if (dims[0] > 0 && dims[1] > 0) {
          return dims;
        }
      }
    } catch (NumberFormatException _) {
      // Falls through to the message below, which says it better.
    }
    throw new Usage(spec)
        .wrong("a shape looks like 2560x6912, positive rows and columns; got '" + shape + "'");
  }

  private void unsteady(List<Measurement> all) {
    for (Measurement m : all) {
      if (!m.steady()) {
        terminal.warn(
            m.contender()
                + " was not steady after ten times the warm-up: "
                + m.product()
                + ", threads: "
                + m.threads());
      }
    }
  }

  private void table(List<Measurement> all) {
    List<String> contenders = all.stream().map(Measurement::contender).distinct().toList();
    var header = new ArrayList<String>(List.of("product", "threads"));
    header.addAll(contenders);
    var rows = new ArrayList<List<String>>();
    List<String> products =
        all.stream().map(m -> m.product() + "\t" + m.threads()).distinct().toList();
    for (String product : products) {
      var row = new ArrayList<String>(List.of(product.split("\t", -1)));
      for (String contender : contenders) {
        row.add(
            all.stream()
                .filter(m -> m.contender().equals(contender))
                .filter(m -> (m.product() + "\t" + m.threads()).equals(product))
                .max(Comparator.comparingDouble(Measurement::gmacs))
                .map(m -> Measurement.rate(m.gmacs()))
                .orElse(""));
      }
      rows.add(row);
    }
    terminal.table(header, rows);
  }
}
