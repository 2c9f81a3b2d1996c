package dev.ternary.cli.train;

import picocli.CommandLine.Option;

/** How the float network is trained, and what the ternary one learns from it. */
final class BaselineOptions {

  @Option(
      names = "--float-learning-rate",
      paramLabel = "RATE",
      description = "Highest rate of a cosine schedule, float network; default ${DEFAULT-VALUE}.")
  double learningRate;

  @Option(
      names = "--float-weight-decay",
      paramLabel = "SHARE",
      description =
          "Decoupled decay of the float network's weight matrices (AdamW); default"
              + " ${DEFAULT-VALUE}.")
  double weightDecay;

  @Option(
      names = "--no-baseline",
      description = "Do not train a float network for comparison and as teacher.")
  boolean without;

  @Option(
      names = "--distill",
      paramLabel = "SHARE",
      description =
          "Share of the loss that comes from the float network as teacher, 0 to 1; default"
              + " ${DEFAULT-VALUE}.")
  double share;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "2",
      description = "Softens the teacher's probabilities; default ${DEFAULT-VALUE}.")
  double temperature;
}
