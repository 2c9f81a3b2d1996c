package dev.ternary.cli.train;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.pytorch.networks.Lenet;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a convolutional network. */
@Command(
    name = "cnn",
    description =
        "Trains a convolutional network in the shape of LeNet-5 on MNIST or Fashion-MNIST, float"
            + " and ternary.",
    mixinStandardHelpOptions = true)
public final class CnnCommand implements Callable<Integer> {

  static final Map<String, String> DEFAULTS =
      Map.of(
          "--epochs", "8",
          "--batch", "128",
          "--learning-rate", "0.004",
          "--weight-decay", "0",
          "--float-learning-rate", "0.002",
          "--float-weight-decay", "0",
          "--distill", "0",
          "--output", "cnn-report");

  private final Terminal terminal;

  @Mixin private TrainOptions options = new TrainOptions();
  @Mixin private DigitsOptions digits = new DigitsOptions();

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "16",
      description =
          "Channels of the first convolution, half of the second's; default ${DEFAULT-VALUE}.")
  private int channels;

  @Option(
      names = "--units",
      paramLabel = "N",
      defaultValue = "128",
      description = "Units of the hidden linear layer; default ${DEFAULT-VALUE}.")
  private int units;

  /** A command that reports to {@code terminal}. */
  public CnnCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    options.check();
    options.requireBaselineToDistil();
    options.refusals().requireAtLeast(1, "--channels", channels);
    options.refusals().requireAtLeast(1, "--units", units);
    new DigitsTraining(terminal, options, digits, "cnn", new Lenet(channels, units)).run();
    return 0;
  }
}
