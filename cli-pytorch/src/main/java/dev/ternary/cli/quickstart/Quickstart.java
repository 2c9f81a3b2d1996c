package dev.ternary.cli.quickstart;

import dev.ternary.cli.terminal.ProgressBar;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.cli.train.EpochPoint;
import dev.ternary.datasets.ImageDataset;
import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.IfExists;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.nn.rewrite.FoldBatchNorm;
import dev.ternary.nn.rewrite.NormalizeInput;
import dev.ternary.packed.Packing;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.convert.NnExport;
import dev.ternary.pytorch.layers.TernaryBlock;
import dev.ternary.pytorch.networks.MlpRecipe;
import dev.ternary.pytorch.training.TorchClassifier;
import dev.ternary.report.ConfusionMatrix;
import dev.ternary.report.ImageTile;
import dev.ternary.report.Machine;
import dev.ternary.report.Numbers;
import dev.ternary.report.ReportFiles;
import dev.ternary.report.WeightHistogram;
import dev.ternary.tensor.ArgMax;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.training.Examples;
import dev.ternary.training.Predictions;
import dev.ternary.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Trains both networks, packs and reloads, measures all variants and writes the report. */
final class Quickstart {

  private static final int MISTAKES_SHOWN = 48;

  /** Below it something is broken: quantized activations change a few close calls, not many. */
  private static final double LEAST_AGREEMENT = 0.97;

  private final Terminal terminal;
  private final ImageDataset images;
  private final int epochs;
  private final long seed;
  private final List<Integer> hidden;
  private final ReportFiles files;
  private final Timing timing;

  Quickstart(
      Terminal terminal,
      ImageDataset images,
      int epochs,
      long seed,
      List<Integer> hidden,
      ReportFiles files,
      Timing timing) {
    this.terminal = terminal;
    this.images = images;
    this.epochs = epochs;
    this.seed = seed;
    this.hidden = List.copyOf(hidden);
    this.files = files;
    this.timing = timing;
  }

  /** Runs all of it; {@code startNanos} is when the user pressed return. */
  QuickstartReport run(long startNanos) throws IOException {
    Torch.start(1);
    Examples train = images.train().examples();
    Examples test = images.test().examples();
    try (MlpRecipe.Trained floats =
            train(
                "float32",
                MlpRecipe.floating(hidden, epochs, seed, ImageDataset.BLACK),
                train,
                test);
        MlpRecipe.Trained ternary =
            train(
                "ternary",
                MlpRecipe.ternary(hidden, epochs, seed, ImageDataset.BLACK),
                train,
                test)) {
      save(floats, Activations.FLOAT32, files.floatModel());
      save(ternary, Activations.INT8, files.ternaryModel());
      var variants = new ArrayList<Variant>();
      variants.add(torch("float32, libtorch", "float_torch", floats, files.floatModel(), test));
      variants.add(
          torch("ternary, libtorch", "ternary_torch", ternary, files.ternaryModel(), test));
      int[] trained = new TorchClassifier(ternary.model()).predict(test);
      int[] predicted;
      try (Model model = Model.load(files.ternaryModel())) {
        variants.add(exact(model, trained));
        predicted = model.predictClasses(images.test().images());
        variants.add(ours("ternary, our int8", "ternary_int8", model, trained));
      }
      QuickstartReport report =
          report(variants, floats, ternary, predicted, (System.nanoTime() - startNanos) / 1e9);
      AtomicFile.writeString(files.report(), IfExists.REPLACE, report.html());
      AtomicFile.writeString(
          files.summary(),
          IfExists.REPLACE,
          Summary.json(report, seed, epochs, Kernels.best().name()));
      return report;
    }
  }

  private MlpRecipe.Trained train(String what, MlpRecipe recipe, Examples train, Examples test)
      throws IOException {
    long steps = (long) epochs * (train.size() / recipe.training().batchSize());
    try (ProgressBar bar = terminal.progress("train " + what, steps)) {
      return recipe.train(
          train,
          test,
          new TrainingListener() {
            private String last = "";

            @Override
            public void step(Step step) {
              bar.at(step.step(), "loss " + Numbers.fixed(step.loss(), 3) + last);
            }

            @Override
            public void epoch(Epoch epoch) {
              last = ", test accuracy " + Numbers.percent(epoch.testAccuracy());
              bar.at(
                  (long) epoch.epoch() * steps / epoch.epochs(),
                  "loss " + Numbers.fixed(epoch.loss(), 3) + last);
            }
          });
    }
  }

  private Shape sample() {
    Shape all = images.test().images().shape();
    return Shape.of(all.dim(1), all.dim(2));
  }

  /** The network for pixels as they are, packed as small as it goes. */
  private void save(MlpRecipe.Trained trained, Activations activations, Path file)
      throws IOException {
    Graph exported = NnExport.graph(trained.model().getBlock(), sample(), activations);
    Graph pixels =
        NormalizeInput.before(
            FoldBatchNorm.in(exported),
            new float[] {255 * ImageDataset.MEAN},
            new float[] {255 * ImageDataset.STD});
    var info =
        new ModelInfo(
            Optional.of(
                ImageInput.ofPixels(
                    1,
                    (int) sample().dim(0),
                    (int) sample().dim(1),
                    ImageInput.Polarity.BRIGHT_ON_DARK)),
            images.classes());
    NormalizeInput.intoLinear(pixels)
        .repack(Packing.base243())
        .withInfo(info)
        .save(file, IfExists.REPLACE);
  }

  private Variant torch(
      String name, String key, MlpRecipe.Trained trained, Path file, Examples test)
      throws IOException {
    var classifier = new TorchClassifier(trained.model());
    float[] all = new float[test.size() * images.test().pixels()];
    for (int i = 0; i < test.size(); i++) {
      test.copy(i, all, i * images.test().pixels());
    }
    float[] one = Arrays.copyOf(all, images.test().pixels());
    Shape shape = sample();
    int[] predicted = classifier.predict(test);
    return new Variant(
        name,
        key,
        share(predicted, images.test().labelArray()),
        Files.size(file),
        timing.medianMicros(() -> classifier.scores(one, batch(1, shape))),
        timing.itemsPerSecond(test.size(), () -> classifier.scores(all, batch(test.size(), shape))),
        share(classes(classifier.scores(all, batch(test.size(), shape)), test.size()), predicted));
  }

  private static int[] classes(float[] scores, int count) {
    int[] classes = new int[count];
    int width = scores.length / count;
    for (int i = 0; i < count; i++) {
      classes[i] = ArgMax.of(scores, i * width, width);
    }
    return classes;
  }

  private static Shape batch(long count, Shape sample) {
    return Shape.of(count, sample.dim(0), sample.dim(1));
  }

  /** The stored weights with float activations: what libtorch computes, but for rounding. */
  private Variant exact(Model stored, int[] trained) throws IOException {
    try (Model model = Model.of(stored.graph().withActivations(Activations.FLOAT32))) {
      return ours("ternary, our float32", "ternary_float32", model, trained);
    }
  }

  private Variant ours(String name, String key, Model model, int[] trained) throws IOException {
    Tensor all = images.test().images();
    float[] one = new float[images.test().pixels()];
    all.copyTo(0, one);
    float[] many = all.toFloatArray();
    int[] predicted = model.predictClasses(all);
    double agreement = share(predicted, trained);
    if (agreement < LEAST_AGREEMENT) {
      throw new IllegalStateException(
          name
              + " predicts what the trained network predicts for "
              + Numbers.percent(agreement)
              + " of the test images only; at least "
              + Numbers.percent(LEAST_AGREEMENT)
              + " were expected");
    }
    return new Variant(
        name,
        key,
        share(predicted, images.test().labelArray()),
        Files.size(files.ternaryModel()),
        timing.medianMicros(() -> model.predict(one)),
        timing.itemsPerSecond(images.test().count(), () -> model.predict(many)),
        agreement);
  }

  private static double share(int[] a, int[] b) {
    int same = 0;
    for (int i = 0; i < a.length; i++) {
      same += a[i] == b[i] ? 1 : 0;
    }
    return (double) same / a.length;
  }

  private QuickstartReport report(
      List<Variant> variants,
      MlpRecipe.Trained floats,
      MlpRecipe.Trained ternary,
      int[] predicted,
      double seconds) {
    int[] labels = images.test().labelArray();
    var mistakes = new ArrayList<ImageTile>();
    for (int i = 0; i < labels.length && mistakes.size() < MISTAKES_SHOWN; i++) {
      if (predicted[i] != labels[i]) {
        String caption =
            images.classes().get(labels[i]) + ", taken for " + images.classes().get(predicted[i]);
        Tensor one = images.test().images().slice(i, i + 1);
        mistakes.add(new ImageTile(one.reshape(sample()), caption));
      }
    }
    String units =
        images.test().pixels()
            + "-"
            + hidden.stream().map(String::valueOf).collect(Collectors.joining("-"))
            + "-"
            + images.classes().size();
    return new QuickstartReport(
        images.name(),
        units,
        variants,
        history(floats),
        history(ternary),
        new ConfusionMatrix(
            images.classes(),
            new Predictions(labels, predicted).confusion(images.classes().size())),
        histograms(ternary),
        mistakes,
        seconds,
        footer());
  }

  private String footer() {
    return "Made by 'ternary quickstart' on "
        + LocalDate.now(ZoneOffset.UTC)
        + ", "
        + epochs
        + " epochs, seed "
        + seed
        + ", "
        + Machine.text()
        + ".";
  }

  private static List<EpochPoint> history(MlpRecipe.Trained trained) {
    return trained.history().stream()
        .map(e -> new EpochPoint(e.loss(), e.trainAccuracy(), e.testAccuracy()))
        .toList();
  }

  private static List<WeightHistogram> histograms(MlpRecipe.Trained ternary) {
    var histograms = new ArrayList<WeightHistogram>();
    for (var child : ternary.model().getBlock().getChildren().values()) {
      if (child instanceof TernaryBlock block) {
        float[] shadow = child.getDirectParameters().get("weight").getArray().toFloatArray();
        histograms.add(
            WeightHistogram.of(
                "layer " + (histograms.size() + 1), shadow, block.ternaryMatrix().counts()));
      }
    }
    return histograms;
  }
}
