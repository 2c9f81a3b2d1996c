package dev.ternary.cli.run;

import dev.ternary.cli.terminal.Overwriting;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.nn.Model;
import dev.ternary.report.Numbers;
import dev.ternary.tensor.ArgMax;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a packed model on a NumPy array. */
@Command(
    name = "run",
    description = "Runs a packed model on the samples of a file, such as .npy.",
    mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {

  private static final int SHOWN = 20;

  private final Terminal terminal;

  @Parameters(
      paramLabel = "MODEL",
      description =
          "A model with its architecture, as 'quickstart' and 'train' write it, and 'convert' and"
              + " 'quantize' with --arch.")
  private Path model = Path.of("");

  @Option(
      names = "--input",
      required = true,
      paramLabel = "X",
      description =
          "Samples in a file of one tensor, such as .npy or idx: one of the model's input shape, or a"
              + " batch with one more dimension.")
  private Path input = Path.of("");

  @Option(
      names = "--output",
      paramLabel = "Y.npy",
      description = "Where to write the outputs as float32; without it the first ones are shown.")
  private Optional<Path> output = Optional.empty();

  @Option(names = "--force", description = "Replace the output file if it exists.")
  private boolean force;

  /** A command that reports to {@code terminal}. */
  public RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    for (Path needed : List.of(model, input)) {
      if (!Files.exists(needed)) {
        throw new NoSuchFileException(needed.toString());
      }
    }
    var overwriting = new Overwriting(force);
    if (output.isPresent()) {
      overwriting.check(output.get());
    }
    try (TensorFile x = TensorFiles.open(input);
        Model loaded = Model.load(model)) {
      Tensor batch = asBatch(onlyTensor(x), loaded.inputShape());
      long start = System.nanoTime();
      Tensor y = loaded.predict(batch);
      double millis = (System.nanoTime() - start) / 1e6;
      if (output.isPresent()) {
        NpyFile.write(output.get(), y, overwriting.ifExists());
        terminal.line("wrote " + output.get() + ", " + y);
      } else {
        show(y);
      }
      terminal.note(
          y.shape().dim(0)
              + " samples in "
              + Numbers.fixed(millis, 2)
              + " ms, first call included");
    }
    return 0;
  }

  private static Tensor onlyTensor(TensorFile file) throws IOException {
    if (file.names().size() != 1) {
      throw new IllegalArgumentException(
          file.path() + " must have one tensor as input, found " + file.names().size());
    }
    return file.tensor(file.names().getFirst()).toTensor();
  }

  /** Adds the batch dimension to a single sample, and lets flat samples stand for shaped ones. */
  private static Tensor asBatch(Tensor x, Shape sample) {
    long size = sample.elements();
    Shape shape = x.shape();
    boolean single = shape.equals(sample);
    boolean batch = shape.rank() > 0 && shape.elements() == shape.dim(0) * size && size > 0;
    if (!single && !batch) {
      throw new IllegalArgumentException(
          "the model takes samples of shape " + sample + ", the input has shape " + shape);
    }
    long[] dims = new long[sample.rank() + 1];
    dims[0] = single ? 1 : shape.dim(0);
    System.arraycopy(sample.toArray(), 0, dims, 1, sample.rank());
    return x.reshape(Shape.of(dims));
  }

  private void show(Tensor y) {
    int samples = Math.toIntExact(y.shape().dim(0));
    int outputs = samples == 0 ? 0 : Math.toIntExact(y.shape().elements() / samples);
    float[] values = y.toFloatArray();
    var rows = new ArrayList<List<String>>();
    for (int i = 0; i < Math.min(samples, SHOWN); i++) {
      int best = outputs == 0 ? 0 : ArgMax.of(values, i * outputs, outputs);
      var text = new StringBuilder();
      for (int o = 0; o < outputs; o++) {
        float value = values[i * outputs + o];
        text.append(o == 0 ? "" : " ").append(Numbers.fixed(value, 3));
      }
      rows.add(List.of(String.valueOf(i), String.valueOf(best), text.toString()));
    }
    terminal.table(List.of("sample", "largest", "outputs"), rows);
    if (samples > SHOWN) {
      terminal.line("... and " + (samples - SHOWN) + " more; --output writes all");
    }
  }
}
