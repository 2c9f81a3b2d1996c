package dev.ternary.cli.run;

import dev.ternary.cli.terminal.OutputName;
import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.images.PictureFile;
import dev.ternary.images.PictureInput;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a packed model on pictures, or on an array of samples. */
@Command(
    name = "run",
    description =
        "Runs a packed model on pictures, which it makes what the model was trained on, or on the"
            + " samples of a file, such as .npy.",
    mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {

  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A model with its architecture, as 'quickstart' and 'train' write it, and 'convert' and"
              + " 'quantize' with --arch.")
  private Path model = Path.of("");

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "PICTURE",
      description = "Pictures (PNG, JPEG, GIF, BMP), or folders of them.")
  private List<Path> pictures = new ArrayList<>();

  @Option(
      names = "--input",
      paramLabel = "X",
      description =
          "Samples in a file of one tensor, such as .npy or idx: one of the model's input shape, or a"
              + " batch with one more dimension; numbers as the model was trained on.")
  private Optional<Path> input = Optional.empty();

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "Show the N likeliest classes; default: 1, or 5 of more than 20 classes.")
  private Optional<Integer> top = Optional.empty();

  @Option(
      names = "--output",
      paramLabel = "Y.npy",
      converter = OutputName.OfArray.class,
      description = "Where to write the outputs as float32; without it the first ones are shown.")
  private Optional<Path> output = Optional.empty();

  @Option(names = "--force", description = "Replace the output file if it exists.")
  private boolean force;

  @Mixin private CardOptions cardOptions = new CardOptions();

  /** A command that reports to {@code terminal}. */
  public RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    checkArguments();
    var overwriting = new Overwriting(force);
    if (output.isPresent()) {
      overwriting.check(output.get());
    }
    // Whoever gives a picture as an array means the picture.
    boolean picture = input.isPresent() && PictureFile.isPicture(input.get());
    Pictures files = Pictures.of(picture ? List.of(input.get()) : pictures);
    try (Model loaded = Model.load(model)) {
      Card card = Card.of(loaded.graph(), cardOptions);
      boolean arrays = input.isPresent() && !picture;
      return arrays
          ? array(loaded, card, input.get(), overwriting)
          : pictures(loaded, card, files, overwriting);
    }
  }

  private void checkArguments() throws IOException {
    if (pictures.isEmpty() == input.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          input.isEmpty()
              ? "give pictures after the model, or an array with --input X.npy"
              : "give either pictures or --input, not both");
    }
    if (top.isPresent() && top.get() < 1) {
      throw new ParameterException(spec.commandLine(), "--top must be 1 or more, got " + top.get());
    }
    var needed = new ArrayList<Path>(pictures);
    needed.add(model);
    input.ifPresent(needed::add);
    for (Path file : needed) {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
    }
    InOrder.check(spec.commandLine(), model, pictures, input);
    if (input.filter(Files::isDirectory).isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          input.get() + " is a folder; pictures and folders of them go without --input");
    }
  }

  private int pictures(Model loaded, Card card, Pictures all, Overwriting overwriting)
      throws IOException {
    ImageInput image = card.image().orElseThrow(() -> noCard(model));
    var preparation = new PictureInput(image, cardOptions.framing(card.classes()));
    var outputs = new Outputs(terminal, new Answers(card, top), all.files());
    outputs.askForNames(loaded.outputShape());
    List<float[]> results = new ArrayList<>();
    long start = System.nanoTime();
    int failed =
        all.read(
            preparation,
            terminal,
            (file, numbers) -> {
              float[] y = loaded.predict(numbers);
              results.add(y);
              if (output.isEmpty()) {
                outputs.picture(file, y);
              }
            });
    long nanos = System.nanoTime() - start;
    if (output.isPresent() && failed == 0) {
      write(joined(results, loaded.outputShape()), overwriting);
    }
    outputs.time(results.size(), "picture", nanos);
    return failed == 0 ? 0 : 1;
  }

  private static Tensor joined(List<float[]> results, Shape each) {
    int size = Math.toIntExact(each.elements());
    float[] all = new float[Math.multiplyExact(results.size(), size)];
    for (int i = 0; i < results.size(); i++) {
      System.arraycopy(results.get(i), 0, all, i * size, size);
    }
    return Tensor.of(batchOf(results.size(), each), all);
  }

  private int array(Model loaded, Card card, Path file, Overwriting overwriting)
      throws IOException {
    try (TensorFile x = TensorFiles.open(file)) {
      Tensor batch = batch(x, loaded);
      card.image()
          .ifPresent(image -> new InputCheck(image).warnings(batch).forEach(w -> warn(file, w)));
      long start = System.nanoTime();
      Tensor y = loaded.predict(batch);
      long nanos = System.nanoTime() - start;
      var outputs = new Outputs(terminal, new Answers(card, top), List.of());
      if (output.isPresent()) {
        write(y, overwriting);
      } else {
        outputs.samples(y);
        if (loaded.outputShape().elements() > Answers.FEW) {
          outputs.askForNames(loaded.outputShape());
        }
      }
      outputs.time(y.shape().dim(0), "sample", nanos);
    }
    return 0;
  }

  private static Tensor batch(TensorFile x, Model loaded) throws IOException {
    Tensor only = Batch.only(x, "as input");
    try {
      Tensor batch = Batch.of(only, loaded.inputShape());
      loaded.requireFinite(batch);
      return batch;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(x.path() + ": " + e.getMessage(), e);
    }
  }

  private void warn(Path file, String text) {
    terminal.warn("warning: " + file + ": " + text);
  }

  private void write(Tensor y, Overwriting overwriting) throws IOException {
    Path file = output.orElseThrow();
    NpyFile.write(file, y, overwriting.ifExists());
    terminal.line("wrote " + file + ", " + y);
  }

  private static Shape batchOf(long count, Shape sample) {
    long[] dims = new long[sample.rank() + 1];
    dims[0] = count;
    System.arraycopy(sample.toArray(), 0, dims, 1, sample.rank());
    return Shape.of(dims);
  }

  private static IllegalArgumentException noCard(Path model) {
    return new IllegalArgumentException(
        model
            + " does not say what pictures it takes (files of older versions do not): add"
            + " --image-range 0..255 or 0..1, what black and white are as numbers, and --polarity"
            + " bright-on-dark, dark-on-bright or as-is; --classes FILE names the classes");
  }
}
