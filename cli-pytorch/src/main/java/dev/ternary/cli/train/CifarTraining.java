package dev.ternary.cli.train;

import ai.djl.Model;
import ai.djl.nn.SequentialBlock;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.datasets.CifarData;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.packed.Packing;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.convert.TernaryCalibration;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.networks.CifarResNet;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Tensor;
import dev.ternary.training.Augmentation;
import dev.ternary.training.Examples;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From a pretrained float network to a packed ternary one, measured at each step. */
final class CifarTraining {

  private static final int CALIBRATION_IMAGES = 512;
  private static final int STATISTICS_IMAGES = 2048;
  private static final TernaryOptions OPTIMAL =
      TernaryOptions.of(Quantizer.optimal().perRow().packed(Packing.base243()));
  private static final Augmentation MOVED = new Augmentation.Shift(2, 0, true);

  private final Terminal terminal;
  private final TrainOptions options;
  private final Settings settings;
  private final TrainFiles files;
  private final TrainRun run;

  /** The weights of the checkpoint in the layers that become ternary. */
  private List<float[]> converted = List.of();

  /**
   * What the command was told beyond the options of all trainings.
   *
   * @param depth layers of the network
   * @param data folder of the images
   * @param checkpoint weights of the float network
   * @param tune whether to do step (c)
   * @param teacher a fine-tuned float network
   */
  record Settings(int depth, Path data, Path checkpoint, boolean tune, Optional<Path> teacher) {}

  CifarTraining(Terminal terminal, TrainOptions options, Settings settings, TrainFiles files) {
    this.terminal = terminal;
    this.options = options;
    this.settings = settings;
    this.files = files;
    this.run =
        new TrainRun(
            terminal,
            options,
            files,
            new PixelScale(
                CifarResNet.INPUT,
                CifarData.MEAN,
                CifarData.STD,
                ImageInput.Polarity.AS_IS,
                CifarData.CLASSES));
  }

  /** Does all of it. */
  void run() throws IOException {
    Torch.start(options.threads());
    terminal.note("reading the images of " + settings.data());
    var images = options.images();
    Examples test =
        images.testPart(
            options.refusals(), CifarData.read(settings.data().resolve("test.jpeg.tar.gz")));
    Examples train =
        images.trainPart(
            options.refusals(), CifarData.read(settings.data().resolve("train.jpeg.tar.gz")));
    Map<String, Tensor> weights = Weights.read(settings.checkpoint());
    try (Model floating = network(Optional.empty(), weights, settings.checkpoint());
        Model fitted = network(Optional.of(OPTIMAL), weights, settings.checkpoint())) {
      converted = TernaryLayers.shadows(fitted.getBlock());
      run.measured().begin();
      run.measured().classify("float32 checkpoint", "float", floating, test);
      run.measured().classify("(a) ternary, thresholds alone", "post_training", fitted, test);
      fit(floating, fitted, train);
      run.measured()
          .classify("(b) ternary, fitted on a few images, no training", "statistics", fitted, test);
      if (!settings.tune()) {
        run.saveFloat(floating);
        finish(fitted, test);
      }
    }
    if (settings.tune()) {
      tune(weights, Split.of(train, test, options.patience() > 0), test);
    }
  }

  private Model network(Optional<TernaryOptions> ternary, Map<String, Tensor> state, Path file) {
    try {
      return CifarResNet.model(settings.depth(), ternary, state);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          file
              + ": "
              + e.getMessage()
              + "; --depth "
              + settings.depth()
              + " must be the depth of this network, which must be a ResNet for CIFAR-10 as in"
              + " github.com/akamaster/pytorch_resnet_cifar10 (16, 32 and 64 channels); ResNet-18"
              + " and ResNet-50 of torchvision are other networks",
          e);
    }
  }

  /**
   * Step (b): {@code ternary} has the weights of {@code floating} and comes to compute as it does.
   */
  private void fit(Model floating, Model ternary, Examples train) {
    terminal.note("fitting the ternary layers, one after the other");
    TernaryCalibration.fit(
        floating.getBlock(),
        ternary.getBlock(),
        train.slice(0, Math.min(CALIBRATION_IMAGES, train.size())));
    TernaryCalibration.renormalise(
        ternary.getBlock(), train.slice(0, Math.min(STATISTICS_IMAGES, train.size())));
  }

  /**
   * Step (c). It starts from the fine-tuned float network fitted as in (b): after two passes over
   * 20,000 images a ResNet-20 had 86.4 % of 5,000 test images right so, 86.1 % from the weights of
   * the fine-tuned network, and 85.2 % from the fitted checkpoint.
   */
  private void tune(Map<String, Tensor> weights, Split split, Examples test) throws IOException {
    try (Model teacher = teacher(weights, split, test);
        Model ternary =
            network(Optional.of(options.ternary()), start(teacher, split), settings.checkpoint())) {
      run.saveFloat(teacher);
      Map<String, String> named = options.ternarySettings();
      named.putAll(common());
      run.train(
          ternary,
          new TrainRun.Plan("ternary", options.training(MOVED), named),
          options.distils() ? Optional.of(teacher) : Optional.empty(),
          split);
      run.measured().classify("(c) ternary, fine-tuned", "ternary_tuned", ternary, test);
      finish(ternary, test);
    }
  }

  private Map<String, Tensor> start(Model teacher, Split split) {
    Map<String, Tensor> taught = CifarResNet.state((SequentialBlock) teacher.getBlock());
    try (Model fitted = network(Optional.of(OPTIMAL), taught, settings.checkpoint())) {
      fit(teacher, fitted, split.train());
      return CifarResNet.state((SequentialBlock) fitted.getBlock());
    }
  }

  private Map<String, String> common() {
    return Map.of(
        "--depth",
        Integer.toString(settings.depth()),
        "--checkpoint",
        settings.checkpoint().toString(),
        "--teacher",
        settings.teacher().map(Path::toString).orElse("none"));
  }

  /** The float network to learn from, which is the baseline too. */
  private Model teacher(Map<String, Tensor> weights, Split split, Examples test)
      throws IOException {
    if (settings.teacher().isPresent()) {
      Path file = settings.teacher().get();
      Model model = network(Optional.empty(), Weights.read(file), file);
      run.measured().classify("float32, the teacher", "float_tuned", model, test);
      return model;
    }
    Model model = network(Optional.empty(), weights, settings.checkpoint());
    if (!options.baseline()) {
      return model;
    }
    try {
      Map<String, String> named = options.floatSettings();
      named.putAll(common());
      run.train(
          model,
          new TrainRun.Plan("float", options.floatTraining(MOVED), named),
          Optional.empty(),
          split);
      SafetensorsWriter.write(
          files.tunedFloat(),
          CifarResNet.state((SequentialBlock) model.getBlock()),
          Map.of(),
          IfExists.REPLACE);
      run.measured().classify("float32, fine-tuned as long", "float_tuned", model, test);
      return model;
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private void finish(Model ternary, Examples test) throws IOException {
    var more = settings.tune() ? options.ternarySettings() : options.images().settings();
    more.putAll(common());
    run.finish(
        ternary,
        new TrainRun.Subject(
            "cifar10",
            "ResNet-" + settings.depth() + " on CIFAR-10 with weights -1, 0 and +1",
            "A pretrained float32 network whose convolutions, all but the first, became ternary.",
            CifarData.CLASSES,
            test,
            options.images().packed(),
            Optional.of(converted)),
        more);
  }
}
