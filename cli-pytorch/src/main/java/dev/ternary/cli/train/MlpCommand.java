package dev.ternary.cli.train;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.pytorch.networks.Mlp;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a multi-layer perceptron. */
@Command(
    name = "mlp",
    description = "Trains a multi-layer perceptron on MNIST or Fashion-MNIST, float and ternary.",
    mixinStandardHelpOptions = true)
public final class MlpCommand implements Callable<Integer> {

  static final Map<String, String> DEFAULTS =
      Map.of(
          "--epochs", "8",
          "--batch", "128",
          "--learning-rate", "0.004",
          "--weight-decay", "0",
          "--float-learning-rate", "0.004",
          "--float-weight-decay", "0",
          "--distill", "0",
          "--output", "mlp-report");

  private final Terminal terminal;

  @Mixin private TrainOptions options = new TrainOptions();
  @Mixin private DigitsOptions digits = new DigitsOptions();

  @Option(
      names = "--hidden",
      split = ",",
      hideParamSyntax = true,
      paramLabel = "N,N,...",
      defaultValue = "256,256,256",
      description = "Units of the hidden layers; default ${DEFAULT-VALUE}.")
  private List<Integer> hidden = List.of();

  /** A command that reports to {@code terminal}. */
  public MlpCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    options.check();
    options.requireBaselineToDistil();
    if (hidden.isEmpty() || hidden.stream().anyMatch(units -> units < 1)) {
      throw options.usage("--hidden needs numbers of 1 or more, got " + hidden);
    }
    new DigitsTraining(terminal, options, digits, "mlp", new Mlp(hidden)).run();
    return 0;
  }
}
