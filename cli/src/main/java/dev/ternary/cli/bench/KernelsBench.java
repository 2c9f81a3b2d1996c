package dev.ternary.cli.bench;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.Probe;
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
import picocli.CommandLine.ParameterException;
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
          "Time for one contender at one product, after as long to warm up. Default:"
              + " ${DEFAULT-VALUE}")
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
    List<TernaryKernel> usable = usable();
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
    figures.write(all);
    return 0;
  }

  /** Refuses numbers and names that make no sense, before anything is measured. */
  private void check() {
    shapes.forEach(this::dims);
    requirePositive("--tokens", tokens);
    requirePositive("--threads", threads);
    requirePositive("--millis", List.of(millis));
    if (streamMib < 0 || streamRows() > Integer.MAX_VALUE) {
      throw usage("--stream must be 0 to " + maxStreamMib() + " MiB, got " + streamMib);
    }
    List<String> known = Kernels.probeAll().stream().map(Kernels.Candidate::name).toList();
    for (String name : kernels) {
      if (!known.contains(name)) {
        throw usage("--kernels: no kernel '" + name + "'; known: " + String.join(", ", known));
      }
    }
  }

  private void requirePositive(String option, List<Integer> values) {
    for (int value : values) {
      if (value < 1) {
        throw usage(option + " must be 1 or more, got " + value);
      }
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
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

  private List<TernaryKernel> usable() {
    var usable = new ArrayList<TernaryKernel>();
    for (Kernels.Candidate candidate : Kernels.probeAll()) {
      boolean wanted = kernels.isEmpty() || kernels.contains(candidate.name());
      switch (candidate.probe()) {
        case Probe.Usable(TernaryKernel kernel) when wanted -> usable.add(kernel);
        case Probe.Unusable(String reason) when wanted ->
            terminal.note(candidate.name() + " cannot run here: " + reason);
        case Probe.Usable _, Probe.Unusable _ -> {}
      }
    }
    if (usable.isEmpty()) {
      throw new IllegalArgumentException(
          "none of the kernels " + String.join(", ", kernels) + " can run here");
    }
    return usable;
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
    throw usage("a shape looks like 2560x6912, positive rows and columns; got '" + shape + "'");
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
