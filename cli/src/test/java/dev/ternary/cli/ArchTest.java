package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From weights alone to a model that runs, and to a ternary one. */
class ArchTest {

  @TempDir private Path folder;
  private Path weights;
  private Path model;
  private Path x;
  private Path y;

  /**
   * By hand: [1 -1; 2 0] [3 4] + [0 1] = [-1 7], relu [0 7]; [1 2; 3 -1] [0 7] = [14 -7], relu [14
   * 0]; [1 1] [14 0] - 1 = 13.
   */
  @BeforeEach
  void writeWeights() throws IOException {
    weights = folder.resolve("weights.safetensors");
    model = folder.resolve("model.safetensors");
    x = folder.resolve("x.npy");
    y = folder.resolve("y.npy");
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("module.fc1.weight", Tensor.of(Shape.of(2, 2), 1f, -1f, 2f, 0f));
    tensors.put("module.fc1.bias", Tensor.of(Shape.of(2), 0f, 1f));
    tensors.put("module.fc2.weight", Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, -1f));
    tensors.put("module.out.weight", Tensor.of(Shape.of(1, 2), 1f, 1f));
    tensors.put("module.out.bias", Tensor.of(Shape.of(1), -1f));
    SafetensorsWriter.write(weights, tensors, Map.of(), IfExists.REFUSE);
    NpyFile.write(x, Tensor.of(Shape.of(1, 2), 3f, 4f), IfExists.REFUSE);
  }

  private float run(Path file) throws IOException {
    Ternary run = Ternary.run("run", file, "--input", x, "--output", y, "--force");
    assertThat(run.err()).doesNotContain("ternary:");
    assertThat(run.exitCode()).isZero();
    try (NpyFile result = NpyFile.open(y)) {
      return result.tensor().getFloat(0);
    }
  }

  @Test
  void aCheckpointBecomesAModelThatRuns() throws IOException {
    Ternary convert = Ternary.run("convert", weights, "--arch", "mlp", "-o", model);
    assertThat(convert.err()).isEmpty();
    assertThat(convert.out()).contains("graph of 5 layers, x [2] to out [1]; wrote " + model);
    assertThat(run(model)).isEqualTo(13);
    assertThat(Ternary.run("inspect", model).out())
        .contains("model.safetensors: float model with architecture", "fc2.weight");
  }

  @Test
  void quantizeKeepsTheArchitectureThatIsInTheFile() throws IOException {
    assertThat(Ternary.run("convert", weights, "--arch", "mlp", "-o", model).exitCode()).isZero();
    Path ternary = folder.resolve("ternary.safetensors");
    Ternary quantize = Ternary.run("quantize", model, "-o", ternary, "--activations", "float32");
    assertThat(quantize.err()).isEmpty();
    // The last layer stays float; the first one is no convolution.
    assertThat(quantize.out())
        .contains("2 tensors quantized, 1 copied", "left in float: out")
        .contains("fc1.weight", "fc2.weight")
        .doesNotContain("out.weight");
    assertThat(Ternary.run("inspect", ternary).out()).contains("packed ternary model");
    assertThat(Float.isFinite(run(ternary))).isTrue();
    Ternary again = Ternary.run("quantize", ternary, "-o", folder.resolve("again"));
    assertThat(again.err()).contains("packed model format already");
  }

  @Test
  void quantizeTakesAnArchitecture() throws IOException {
    Ternary quantize =
        Ternary.run(
            "quantize",
            weights,
            "--arch",
            "mlp",
            "-o",
            model,
            "--keep-float",
            "none",
            "--skip",
            "fc*");
    assertThat(quantize.err()).isEmpty();
    assertThat(quantize.out()).contains("1 tensor quantized, 2 copied", "left in float: fc1, fc2");
    // The weights of the last layer are ternary as they are; 14 and 0 are exact in int8 times
    // scale.
    assertThat(run(model)).isEqualTo(13, offset(1e-5f));
  }

  @Test
  void saysWhichOptionKeepsAllLayersFloat() {
    Ternary run = Ternary.run("quantize", weights, "--arch", "mlp", "-o", model, "--skip", "fc?");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("no layer would become ternary")
        .contains("those to skip and the first and last ones to keep are all", "fc1, fc2, out");
    assertThat(model).doesNotExist();
    Ternary wrong = Ternary.run("quantize", weights, "-o", model, "--keep-float", "all");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("'all' is none of first,last");
  }

  @Test
  void anArchitectureFileTellsOfAnyNetwork() throws IOException {
    Path json = folder.resolve("net.json");
    Files.writeString(
        json,
        """
        {"format": "dev.ternary.nn", "version": 2,
         "inputs": [{"name": "x", "shape": [2]}],
         "nodes": [
           {"name": "fc1", "op": "Linear", "post": "RELU"},
           {"name": "hidden", "op": "Linear", "module": "fc2"},
           {"name": "relu", "op": "Relu"},
           {"name": "out", "op": "Linear"}]}
        """);
    Ternary convert = Ternary.run("convert", weights, "--arch", json, "-o", model);
    assertThat(convert.err()).isEmpty();
    assertThat(run(model)).isEqualTo(13);
    Ternary sized =
        Ternary.run("convert", weights, "--arch", json, "-o", model, "--image-size", 3, "--force");
    assertThat(sized.err()).contains("--image-size goes with the name of a network");
  }

  @Test
  void saysWhatToDoWithWeightsAlone() {
    Ternary run = Ternary.run("run", weights, "--input", x);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err())
        .contains("expected a model with its architecture, found weights alone (safetensors)")
        .contains("ternary convert FILE --arch NAME -o OUT");
    assertThat(Ternary.run("quantize", weights, "-o", model).exitCode()).isZero();
    assertThat(Ternary.run("run", model, "--input", x).err())
        .contains("found weights alone (packed ternary model)", "--arch NAME");
  }

  @Test
  void refusesArchitecturesThatDoNotFit() {
    Ternary unknown = Ternary.run("convert", weights, "--arch", "resnet-18", "-o", model);
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err())
        .contains("architecture 'resnet-18' is unknown", "'resnet18'", "there is no such file");
    Ternary other = Ternary.run("convert", weights, "--arch", "resnet18", "-o", model);
    assertThat(other.err())
        .contains("weights.safetensors: these are not the weights of 'resnet18'")
        .contains("the file has no tensor 'conv1.weight'", "they are those of mlp");
    Ternary size = Ternary.run("convert", weights, "-o", model, "--image-size", 3, "--arch", "mlp");
    assertThat(size.err()).contains("architecture 'mlp' takes no images");
    assertThat(model).doesNotExist();
  }
}
