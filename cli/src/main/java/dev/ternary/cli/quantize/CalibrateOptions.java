package dev.ternary.cli.quantize;

import dev.ternary.cli.run.Batch;
import dev.ternary.cli.run.InputCheck;
import dev.ternary.cli.run.Pictures;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.images.Framing;
import dev.ternary.images.PictureInput;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.Input;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The samples to which {@code quantize} fits a network. */
final class CalibrateOptions {

  @Option(
      names = "--calibrate",
      paramLabel = "X",
      description =
          "With an architecture: fits the network to samples, without training: a file of one"
              + " tensor [samples, ...], such as .npy, or a folder of pictures.")
  private Optional<Path> samples = Optional.empty();

  /** Whether a network is to be fitted. */
  boolean given() {
    return samples.isPresent();
  }

  /**
   * The samples for a network; warns where they are not what it was trained on.
   *
   * @throws IllegalArgumentException if the file has several tensors, or pictures are none of the
   *     network's inputs
   */
  Tensor read(Graph graph, Terminal terminal) throws IOException {
    Path from = samples.orElseThrow();
    if (!Files.exists(from)) {
      throw new NoSuchFileException(from.toString());
    }
    if (Files.isDirectory(from)) {
      return pictures(from, graph, terminal);
    }
    Tensor all = onlyTensor(from);
    List<Input> inputs = graph.inputs();
    if (inputs.size() != 1 || !inputs.getFirst().dims().isFixed()) {
      return all;
    }
    Tensor batch;
    try {
      batch = Batch.of(all, inputs.getFirst().dims().most());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(from + ": " + e.getMessage(), e);
    }
    Consumer<String> warn = text -> terminal.warn("warning: " + from + ": " + text);
    graph.info().image().ifPresent(image -> new InputCheck(image).warnings(batch).forEach(warn));
    return batch;
  }

  private static Tensor onlyTensor(Path from) throws IOException {
    try (TensorFile file = TensorFiles.open(from)) {
      Tensor tensor = Batch.only(file, "of samples for --calibrate");
      return Tensor.of(tensor.shape(), tensor.toFloatArray());
    }
  }

  private static Tensor pictures(Path folder, Graph graph, Terminal terminal) throws IOException {
    ImageInput image =
        graph
            .info()
            .image()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "the model does not say what pictures it takes: give --calibrate a file of"
                        + " one tensor [samples, ...], such as .npy"));
    var input = new PictureInput(image, Framing.forClasses(graph.info().classes()));
    List<float[]> samples = new ArrayList<>();
    Pictures.of(List.of(folder)).read(input, terminal, (_, numbers) -> samples.add(numbers));
    int size = image.channels() * image.height() * image.width();
    float[] all = new float[Math.multiplyExact(samples.size(), size)];
    for (int i = 0; i < samples.size(); i++) {
      System.arraycopy(samples.get(i), 0, all, i * size, size);
    }
    Shape sample = graph.inputs().getFirst().dims().most();
    long[] dims = new long[sample.rank() + 1];
    dims[0] = samples.size();
    System.arraycopy(sample.toArray(), 0, dims, 1, sample.rank());
    return Tensor.of(Shape.of(dims), all);
  }
}
