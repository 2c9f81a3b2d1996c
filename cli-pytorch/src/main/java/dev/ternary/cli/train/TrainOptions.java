package dev.ternary.cli.train;

import dev.ternary.cli.command.Usage;
import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.kernel.Activations;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.training.Augmentation;
import dev.ternary.training.TrainingOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all trainings can be told. Each command has its own default values. */
final class TrainOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--epochs",
      description = "Passes over the training images; default ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(names = "--batch", description = "Images a step; default ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      description = "Highest rate of a cosine schedule, ternary network; default ${DEFAULT-VALUE}.")
  private double learningRate;

  @Option(
      names = "--weight-decay",
      paramLabel = "SHARE",
      description =
          "Decoupled decay of the ternary network's shadow weights (AdamW); default"
              + " ${DEFAULT-VALUE}.")
  private double weightDecay;

  @Mixin private BaselineOptions baseline = new BaselineOptions();

  @Option(
      names = "--seed",
      defaultValue = "1",
      description =
          "The same seed and number of threads give the same model; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description =
          "Threads inside PyTorch; more are slower where other work shares the cores; default"
              + " ${DEFAULT-VALUE}.")
  private int threads;

  @Mixin private LayerOptions layers = new LayerOptions();

  @Option(
      names = "--early-stop",
      paramLabel = "EPOCHS",
      defaultValue = "0",
      description =
          "Hold out a tenth of the training images, stop when accuracy on them has not risen for"
              + " so many epochs, and take the best epoch. 0 trains all epochs and takes the"
              + " last.")
  private int patience;

  @Mixin private ImageOptions images = new ImageOptions();

  @Option(
      names = {"-o", "--output", "--out"},
      paramLabel = "DIR",
      description = "Folder for report, figures, models and checkpoints; default ${DEFAULT-VALUE}.")
  private Path out = Path.of("");

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures here too.")
  private Optional<Path> json = Optional.empty();

  @Option(names = "--force", description = "Replace the files of an earlier run and begin anew.")
  private boolean force;

  @Option(
      names = "--resume",
      description =
          "Go on from the checkpoint in the folder, with the same options. The result is the same,"
              + " bit for bit, as that of a run that was never interrupted.")
  private boolean resume;

  /** Refuses numbers that make no sense. */
  void check() {
    refusals().requireAtLeast(1, "--epochs", epochs);
    refusals().requireAtLeast(1, "--batch", batch);
    refusals().requireAtLeast(1, "--threads", threads);
    refusals().requireAtLeast(0, "--early-stop", patience);
    images.check(refusals());
    layers.check(refusals());
    requireRate("--learning-rate", learningRate);
    requireDecay("--weight-decay", weightDecay);
    requireRate("--float-learning-rate", baseline.learningRate);
    requireDecay("--float-weight-decay", baseline.weightDecay);
    if (!(baseline.share >= 0 && baseline.share <= 1) || !(baseline.temperature > 0)) {
      throw usage(
          "--distill must be from 0 to 1 and --temperature above 0, got "
              + baseline.share
              + " and "
              + baseline.temperature);
    }
    if (resume && force) {
      throw usage("--resume goes on and --force begins anew: give one of them");
    }
  }

  private void requireRate(String option, double rate) {
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw usage(option + " must be above 0, got " + rate);
    }
  }

  private void requireDecay(String option, double decay) {
    if (!(decay >= 0) || Double.isInfinite(decay)) {
      throw usage(option + " must be 0 or more, got " + decay);
    }
  }

  /** Refuses a teacher that would know nothing. */
  void requireBaselineToDistil() {
    if (distils() && !baseline()) {
      throw usage("--distill needs the float network as teacher, which --no-baseline leaves out");
    }
  }

  /** Wrong usage. */
  ParameterException usage(String message) {
    return refusals().wrong(message);
  }

  /** What refuses values of this command. */
  Usage refusals() {
    return new Usage(spec);
  }

  int epochs() {
    return epochs;
  }

  int threads() {
    return threads;
  }

  long seed() {
    return seed;
  }

  int patience() {
    return patience;
  }

  boolean resume() {
    return resume;
  }

  Path out() {
    return out;
  }

  Optional<Path> json() {
    return json;
  }

  Overwriting overwriting() {
    return new Overwriting(force || resume);
  }

  Activations activations() {
    return layers.form();
  }

  ImageOptions images() {
    return images;
  }

  double share() {
    return baseline.share;
  }

  double temperature() {
    return baseline.temperature;
  }

  /** Whether a float network is trained too. */
  boolean baseline() {
    return !baseline.without;
  }

  /** Whether the ternary network learns from the float one. */
  boolean distils() {
    return baseline.share > 0;
  }

  /** How layers become ternary. */
  TernaryOptions ternary() {
    return layers.ternary();
  }

  /** How to train the ternary network. */
  TrainingOptions training(Augmentation augmentation) {
    return training(learningRate, augmentation).withWeightDecay(weightDecay);
  }

  /** How to train the float network. */
  TrainingOptions floatTraining(Augmentation augmentation) {
    return training(baseline.learningRate, augmentation).withWeightDecay(baseline.weightDecay);
  }

  private TrainingOptions training(double rate, Augmentation augmentation) {
    var options =
        TrainingOptions.of(epochs, rate)
            .withBatchSize(batch)
            .withAugmentation(augmentation)
            .withSeed(seed);
    return patience > 0 ? options.withPatience(patience).keepingBest() : options;
  }

  /** What a float training that goes on must have in common with the one that began. */
  Map<String, String> floatSettings() {
    Map<String, String> settings = images.settings();
    settings.put("--epochs", Integer.toString(epochs));
    settings.put("--batch", Integer.toString(batch));
    settings.put("--seed", Long.toString(seed));
    settings.put("--threads", Integer.toString(threads));
    settings.put("--early-stop", Integer.toString(patience));
    settings.put("--float-learning-rate", Double.toString(baseline.learningRate));
    settings.put("--float-weight-decay", Double.toString(baseline.weightDecay));
    return settings;
  }

  /** What a ternary training must have in common too. */
  Map<String, String> ternarySettings() {
    Map<String, String> settings = floatSettings();
    settings.put("--learning-rate", Double.toString(learningRate));
    settings.put("--weight-decay", Double.toString(weightDecay));
    settings.put("--no-baseline", Boolean.toString(baseline.without));
    settings.put("--distill", Double.toString(baseline.share));
    settings.put("--temperature", Double.toString(baseline.temperature));
    settings.putAll(layers.settings());
    return settings;
  }

  /** The command as it was given. */
  String commandLine() {
    return "ternary " + given(_ -> true);
  }

  /** The command that goes on with this one. */
  String resumeLine() {
    return "./ternary "
        + given(word -> !word.equals("--force") && !word.equals("--resume"))
        + " --resume";
  }

  private String given(Predicate<String> wanted) {
    return spec.root().commandLine().getParseResult().originalArgs().stream()
        .filter(wanted)
        .map(TrainOptions::quoted)
        .collect(Collectors.joining(" "));
  }

  /** As a shell takes it for one word. */
  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
