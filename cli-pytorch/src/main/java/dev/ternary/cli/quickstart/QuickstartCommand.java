package dev.ternary.cli.quickstart;

import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.datasets.ImageDataset;
import dev.ternary.report.ReportFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The whole path on real data. */
@Command(
    name = "quickstart",
    description =
        "Trains a network on MNIST with float32 and with ternary weights, packs the ternary one,"
            + " runs it without PyTorch, and writes a report.",
    mixinStandardHelpOptions = true)
public final class QuickstartCommand implements Callable<Integer> {

  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @ArgGroup(exclusive = true)
  private DataOptions data = new DataOptions();

  @Option(
      names = "--epochs",
      defaultValue = "8",
      description = "Passes over the training images; default ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "The same seed gives the same model; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--hidden",
      split = ",",
      hideParamSyntax = true,
      paramLabel = "N,N,...",
      defaultValue = "256,256,256",
      description = "Units of the hidden layers; default ${DEFAULT-VALUE}.")
  private List<Integer> hidden = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      defaultValue = "quickstart-report",
      description = "Folder for report, figures and models; default ${DEFAULT-VALUE}.")
  private Path output = Path.of("");

  @Option(
      names = "--millis",
      paramLabel = "MS",
      defaultValue = "700",
      description = "Time to warm up before each measurement; default ${DEFAULT-VALUE}.")
  private int millis;

  @Option(names = "--force", description = "Replace the files in the folder if they exist.")
  private boolean force;

  /** Where the images come from; MNIST is bundled. */
  static final class DataOptions {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "Folder with the four idx files of MNIST, plain or .gz.")
    private Optional<Path> digits = Optional.empty();

    @Option(
        names = "--fashion",
        paramLabel = "DIR",
        description =
            "Folder with the four idx files of Fashion-MNIST, as in Debian's package"
                + " dataset-fashion-mnist.")
    private Optional<Path> fashion = Optional.empty();

    ImageDataset read() throws IOException {
      if (digits.isPresent()) {
        return ImageDataset.mnist(digits.get());
      }
      return fashion.isPresent() ? ImageDataset.fashion(fashion.get()) : ImageDataset.mnist();
    }
  }

  /** A command that reports to {@code terminal}. */
  public QuickstartCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  @Override
  public Integer call() throws IOException {
    if (epochs < 1) {
      throw usage("--epochs must be 1 or more, got " + epochs);
    }
    if (millis < 0) {
      throw usage("--millis must be 0 or more, got " + millis);
    }
    if (hidden.isEmpty() || hidden.stream().anyMatch(units -> units < 1)) {
      throw usage("--hidden needs numbers of 1 or more, got " + hidden);
    }
    var files = new ReportFiles(output);
    var overwriting = new Overwriting(force);
    for (Path file : files.all()) {
      overwriting.check(file);
    }
    long start = System.nanoTime();
    ImageDataset images = data.read();
    files.prepare();
    QuickstartReport report =
        new Quickstart(
                terminal,
                images,
                epochs,
                seed,
                hidden,
                files,
                new Timing(Duration.ofMillis(millis)))
            .run(start);
    terminal.line("");
    terminal.table(QuickstartReport.variantHeader(), report.variantRows());
    terminal.line("");
    terminal.line("report   " + files.report());
    terminal.line("figures  " + files.summary());
    terminal.line("model    " + files.ternaryModel());
    terminal.line("");
    terminal.line("try your own: ./ternary run " + files.ternaryModel() + " my-picture.png");
    return 0;
  }
}
