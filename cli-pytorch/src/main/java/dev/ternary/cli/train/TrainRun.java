package dev.ternary.cli.train;

import ai.djl.Model;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.kernel.Activations;
import dev.ternary.pytorch.convert.NnExport;
import dev.ternary.pytorch.training.TorchClassifier;
import dev.ternary.pytorch.training.Training;
import dev.ternary.report.ConfusionMatrix;
import dev.ternary.report.Machine;
import dev.ternary.report.Numbers;
import dev.ternary.report.Tile;
import dev.ternary.training.Examples;
import dev.ternary.training.Predictions;
import dev.ternary.training.TrainingCheckpoint;
import dev.ternary.training.TrainingListener;
import dev.ternary.training.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What all trainings do: train with a bar and checkpoints, pack, measure and report. */
final class TrainRun {

  private final Terminal terminal;
  private final TrainOptions options;
  private final TrainFiles files;
  private final PixelScale scale;
  private final Measured measured;
  private final List<Curve> curves = new ArrayList<>();

  /** Images a second of each kind of training that this run did. */
  private final Map<String, Double> speeds = new LinkedHashMap<>();

  private long start = System.nanoTime();

  TrainRun(Terminal terminal, TrainOptions options, TrainFiles files, PixelScale scale) {
    this.terminal = terminal;
    this.options = options;
    this.files = files;
    this.scale = scale;
    this.measured = new Measured(terminal);
    if (options.resume() && !files.hasCheckpoint()) {
      terminal.warn(
          "--resume: there is no checkpoint in " + options.out() + "; the training begins anew");
    }
  }

  /**
   * What the report is about.
   *
   * @param command name of the command
   * @param title names network and data
   * @param lead one sentence on what was done
   * @param classes names by label
   * @param test images that accuracy is measured on
   * @param packedImages how many of them the packed model runs on
   * @param converted the weights of the float network that became this one; empty where the network
   *     was trained from the start
   */
  record Subject(
      String command,
      String title,
      String lead,
      List<String> classes,
      Examples test,
      int packedImages,
      Optional<List<float[]>> converted) {}

  /**
   * One training.
   *
   * @param kind {@code float} or {@code ternary}
   * @param options how
   * @param settings what a resumed training must have in common with it
   */
  record Plan(String kind, TrainingOptions options, Map<String, String> settings) {}

  Measured measured() {
    return measured;
  }

  /** Trains the model, with a teacher where the share of its loss is above 0. */
  void train(Model model, Plan plan, Optional<Model> teacher, Split split) throws IOException {
    var training =
        new Training(model, plan.options())
            .checkpointing(
                new TrainingCheckpoint(
                    files.checkpoint(plan.kind()), plan.settings(), options.resume()));
    teacher.ifPresent(t -> training.distilling(t, options.share(), options.temperature()));
    String network = plan.kind().equals("float") ? "float32" : plan.kind();
    var heard = new Heard();
    List<TrainingListener.Epoch> history;
    try (var progress = new Progress(terminal, "train " + plan.kind(), split.measured());
        var notice = new StopNotice(terminal, options, files, network)) {
      history =
          training.run(
              split.train(),
              Optional.of(split.validation()),
              TrainingListener.all(List.of(progress, notice, heard)));
    }
    earlier(history.subList(0, history.size() - heard.speeds.size()));
    if (!heard.speeds.isEmpty()) {
      speeds.put(plan.kind(), heard.median());
    }
    Chance.of(split.validation())
        .warning(network, history.getLast().testAccuracy(), split.validation().size())
        .ifPresent(terminal::warn);
    curves.add(Measured.curve(network, history));
  }

  /** Notes how fast each epoch of this run was, without its evaluation. */
  private static final class Heard implements TrainingListener {
    private final List<Double> speeds = new ArrayList<>();
    private double last;

    @Override
    public void step(TrainingListener.Step step) {
      last = step.examplesPerSecond();
    }

    @Override
    public void epoch(Epoch epoch) {
      speeds.add(last);
    }

    double median() {
      return speeds.stream().sorted().toList().get(speeds.size() / 2);
    }
  }

  /** Adds the time of epochs that an interrupted run did. */
  private void earlier(List<TrainingListener.Epoch> before) {
    double seconds = before.stream().mapToDouble(TrainingListener.Epoch::seconds).sum();
    long nanos = Math.round(seconds * 1e9);
    start -= nanos;
    measured.earlier(nanos);
  }

  void saveFloat(Model model) throws IOException {
    scale
        .forPixels(NnExport.graph(model.getBlock(), scale.shape(), Activations.FLOAT32))
        .save(files.report().floatModel(), IfExists.REPLACE);
  }

  /** Packs the ternary network, measures it without PyTorch and writes the report. */
  void finish(Model ternary, Subject subject, Map<String, String> more) throws IOException {
    scale
        .forPixels(NnExport.graph(ternary.getBlock(), scale.shape(), options.activations()))
        .save(files.report().ternaryModel(), IfExists.REPLACE);
    Examples test = subject.test();
    int[] trained = new TorchClassifier(ternary).predict(test);
    Examples some = test.slice(0, Math.min(subject.packedImages(), test.size()));
    measured.packed(files.report().ternaryModel(), scale, some, trained);
    var layers =
        subject.converted().isPresent()
            ? TernaryLayers.of(ternary.getBlock(), subject.converted().get())
            : TernaryLayers.of(ternary.getBlock());
    double seconds = (System.nanoTime() - start) / 1e9;
    var report =
        new TrainReport(
            subject.title(),
            subject.lead(),
            tiles(layers, seconds),
            measured.steps(),
            curves,
            layers.reports(),
            subject.converted().isPresent()
                ? "the weights of the float32 checkpoint"
                : "the shadow weights of training",
            layers.histograms(),
            new ConfusionMatrix(
                subject.classes(),
                new Predictions(test.labels(), trained).confusion(subject.classes().size())),
            List.of(options.commandLine(), machine()));
    files.write(report.html(), json(subject, layers, seconds, more) + "\n");
    terminal.line("");
    terminal.table(TrainReport.stepHeader(), report.stepRows());
    files.tell(terminal);
  }

  private List<Tile> tiles(TernaryLayers layers, double seconds) throws IOException {
    // The last step is the packed model.
    Step last = measured.steps().get(measured.steps().size() - 2);
    long packed = Files.size(files.report().ternaryModel());
    List<Tile> tiles = new ArrayList<>();
    tiles.add(new Tile(Numbers.percent(last.accuracy()), last.name()));
    tiles.add(new Tile(Numbers.bytes(packed), "packed" + floatSize(packed)));
    tiles.add(
        new Tile(
            Numbers.percent(layers.zeroShare()),
            "zeros in " + Numbers.count(layers.weights()) + " ternary weights"));
    tiles.add(new Tile(Numbers.percent(measured.agreement()), "same predictions without PyTorch"));
    if (!speeds.isEmpty()) {
      String words = String.join(" and ", speeds.keySet());
      String numbers =
          speeds.values().stream()
              .map(speed -> Numbers.count(Math.round(speed)))
              .collect(Collectors.joining(" and "));
      tiles.add(new Tile(numbers + " images/s", "in training, " + words));
    }
    tiles.add(new Tile(Numbers.fixed(seconds, 0) + " s", "for all of this"));
    return tiles;
  }

  private String floatSize(long packed) throws IOException {
    if (!Files.exists(files.report().floatModel())) {
      return "";
    }
    long floats = Files.size(files.report().floatModel());
    return ", "
        + Numbers.fixed((double) floats / packed, 1)
        + " x smaller than the "
        + Numbers.bytes(floats)
        + " of float32";
  }

  private String machine() {
    return LocalDate.now(ZoneOffset.UTC)
        + ", seed "
        + options.seed()
        + ", "
        + Machine.text()
        + ", threads of PyTorch "
        + options.threads()
        + ".";
  }

  private JsonWriter json(
      Subject subject, TernaryLayers layers, double seconds, Map<String, String> more)
      throws IOException {
    JsonWriter json = JsonWriter.pretty().object();
    json.put("command", options.commandLine());
    json.put("training", subject.command());
    json.put("test_images", subject.test().size());
    for (Step step : measured.steps()) {
      json.put(step.key() + "_accuracy", step.accuracy());
      json.put(step.key() + "_seconds", step.seconds());
    }
    speeds.forEach((kind, speed) -> json.put(kind + "_training_images_per_second", speed));
    json.put("packed_same_predictions", measured.agreement());
    json.put("ternary_weights", layers.weights());
    json.put("zero_share", layers.zeroShare());
    if (Files.exists(files.report().floatModel())) {
      json.put("float_bytes", Files.size(files.report().floatModel()));
    }
    json.put("ternary_bytes", Files.size(files.report().ternaryModel()));
    json.put("seconds", seconds);
    json.object("settings");
    more.forEach(json::put);
    return json.end().end();
  }
}
