package dev.ternary.cli.train;

import ai.djl.Model;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.examples.ImageDataset;
import dev.ternary.examples.LabelledImages;
import dev.ternary.pytorch.Augmentation;
import dev.ternary.pytorch.Examples;
import dev.ternary.pytorch.MlpRecipe;
import dev.ternary.pytorch.Torch;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Trains a network for small grey images from the start, float and ternary. */
final class DigitsTraining {

  private final TrainOptions options;
  private final DigitsOptions digits;
  private final DigitsNetwork network;
  private final ImageDataset images;
  private final TrainRun run;
  private final Examples test;
  private final Split split;

  DigitsTraining(
      Terminal terminal, TrainOptions options, DigitsOptions digits, DigitsNetwork network)
      throws IOException {
    this.options = options;
    this.digits = digits;
    options.requireAtLeast(0, "--shift", digits.shift());
    this.network = network;
    var files = new TrainFiles(options);
    files.check();
    this.images = digits.read();
    var scale =
        new PixelScale(
            shape(images.test()), List.of(MlpRecipe.MNIST_MEAN), List.of(MlpRecipe.MNIST_STD));
    this.run = new TrainRun(terminal, options, files, scale);
    this.test = options.images().testPart(options, examples(images.test()));
    this.split =
        Split.of(
            options.images().trainPart(options, examples(images.train())),
            test,
            options.patience() > 0);
  }

  private static Shape shape(LabelledImages images) {
    Shape all = images.images().shape();
    return Shape.of(1, all.dim(1), all.dim(2));
  }

  private static Examples examples(LabelledImages data) {
    return MlpRecipe.examples(
        shape(data), data.images().data().toArray(ValueLayout.JAVA_BYTE), data.labelArray());
  }

  /** Does all of it. */
  void run() throws IOException {
    Torch.start(options.threads());
    run.measured().begin();
    try (Model floats = model("float", DigitsNetwork.Layers.floats());
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

  private Model model(String name, DigitsNetwork.Layers layers) {
    Model model = Model.newInstance(name, "PyTorch");
    model.setBlock(network.block(images.classes().size(), layers));
    return model;
  }

  private DigitsNetwork.Layers layers() {
    var ternary = Optional.of(options.ternary());
    return new DigitsNetwork.Layers(
        digits.floatFirst() ? Optional.empty() : ternary,
        ternary,
        digits.floatLast() ? Optional.empty() : ternary);
  }

  private void train(
      Model model, String kind, Map<String, String> settings, Optional<Model> teacher)
      throws IOException {
    float black = -MlpRecipe.MNIST_MEAN / MlpRecipe.MNIST_STD;
    var moved = new Augmentation.Shift(digits.shift(), black, false);
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
            network.command(),
            images.name() + " with weights -1, 0 and +1",
            "A " + network.title() + ", trained through the straight-through estimator.",
            images.classes(),
            test,
            options.images().packed()),
        more);
  }
}
