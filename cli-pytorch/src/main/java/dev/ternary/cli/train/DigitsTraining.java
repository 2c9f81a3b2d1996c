package dev.ternary.cli.train;

import ai.djl.Model;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.datasets.ImageDataset;
import dev.ternary.datasets.LabelledImages;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.networks.ImageNetwork;
import dev.ternary.pytorch.networks.LayerForms;
import dev.ternary.tensor.Shape;
import dev.ternary.training.Augmentation;
import dev.ternary.training.Examples;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Trains a network for small grey images from the start, float and ternary. */
final class DigitsTraining {

  private final TrainOptions options;
  private final DigitsOptions digits;
  private final String command;
  private final ImageNetwork network;
  private final ImageDataset images;
  private final TrainRun run;
  private final Examples test;
  private final Split split;

  DigitsTraining(
      Terminal terminal,
      TrainOptions options,
      DigitsOptions digits,
      String command,
      ImageNetwork network)
      throws IOException {
    this.options = options;
    this.digits = digits;
    options.refusals().requireAtLeast(0, "--shift", digits.shift());
    this.command = command;
    this.network = network;
    var files = new TrainFiles(options);
    files.check();
    this.images = digits.read();
    var scale =
        new PixelScale(
            shape(images.test()),
            List.of(ImageDataset.MEAN),
            List.of(ImageDataset.STD),
            ImageInput.Polarity.BRIGHT_ON_DARK,
            images.classes());
    this.run = new TrainRun(terminal, options, files, scale);
    this.test = options.images().testPart(options.refusals(), images.test().examples());
    this.split =
        Split.of(
            options.images().trainPart(options.refusals(), images.train().examples()),
            test,
            options.patience() > 0);
  }

  private static Shape shape(LabelledImages images) {
    Shape all = images.images().shape();
    return Shape.of(1, all.dim(1), all.dim(2));
  }

  /** Does all of it. */
  void run() throws IOException {
    Torch.start(options.threads());
    run.measured().begin();
    try (Model floats = model("float", LayerForms.floats());
        Model ternary = model("ternary", layers())) {
      if (options.baseline()) {
        train(floats, "float", options.floatSettings(), Optional.empty());
        run.measured().classify("float32", "float", floats, test);
        run.saveFloat(floats);
      }
      train(
          ternary,
          "ternary",
          options.ternarySettings(),
          options.distils() ? Optional.of(floats) : Optional.empty());
      run.measured().classify("ternary", "ternary", ternary, test);
      finish(ternary);
    }
  }

  private Model model(String name, LayerForms layers) {
    Model model = Model.newInstance(name, "PyTorch");
    model.setBlock(network.block(images.classes().size(), layers));
    return model;
  }

  private LayerForms layers() {
    var ternary = Optional.of(options.ternary());
    return new LayerForms(
        digits.floatFirst() ? Optional.empty() : ternary,
        ternary,
        digits.floatLast() ? Optional.empty() : ternary);
  }

  private void train(
      Model model, String kind, Map<String, String> settings, Optional<Model> teacher)
      throws IOException {
    var moved = new Augmentation.Shift(digits.shift(), ImageDataset.BLACK, false);
    withNetwork(settings);
    var how = kind.equals("float") ? options.floatTraining(moved) : options.training(moved);
    run.train(model, new TrainRun.Plan(kind, how, settings), teacher, split);
  }

  private void withNetwork(Map<String, String> settings) {
    settings.put("network", network.title());
    settings.putAll(digits.settings(images));
  }

  private void finish(Model ternary) throws IOException {
    var more = options.ternarySettings();
    withNetwork(more);
    run.finish(
        ternary,
        new TrainRun.Subject(
            command,
            images.name() + " with weights -1, 0 and +1",
            "A " + network.title() + ", trained through the straight-through estimator.",
            images.classes(),
            test,
            options.images().packed(),
            Optional.empty()),
        more);
  }
}
