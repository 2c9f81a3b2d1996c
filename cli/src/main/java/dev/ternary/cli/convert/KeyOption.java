package dev.ternary.cli.convert;

import java.util.Optional;
import picocli.CommandLine.Option;

/** Which part of a PyTorch checkpoint a command takes. */
public final class KeyOption {

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "The part of a PyTorch checkpoint to take, such as params_ema or model.ema; by default"
              + " the one that holds the weights.")
  private Optional<String> key = Optional.empty();

  /** The key; empty for the part that holds the weights. */
  public Optional<String> key() {
    return key;
  }
}
