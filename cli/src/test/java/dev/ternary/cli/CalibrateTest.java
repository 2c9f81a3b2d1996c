package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrateTest {

  @TempDir private Path folder;
  private Path in;
  private Path out;
  private Path samples;

  private static Tensor noise(long seed, long... shape) {
    var random = new SplittableRandom(seed);
    float[] values = new float[(int) Shape.of(shape).elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(Shape.of(shape), values);
  }

  @BeforeEach
  void writeNetwork() throws IOException {
    in = folder.resolve("in.safetensors");
    out = folder.resolve("out.safetensors");
    samples = folder.resolve("x.npy");
    Graph.sequence(
            Shape.of(12),
            Operation.Linear.dense(noise(1, 10, 12), Optional.empty()),
            Operation.Linear.dense(noise(2, 8, 10), Optional.empty()),
            Operation.Linear.dense(noise(3, 4, 8), Optional.empty()))
        .save(in, IfExists.REFUSE);
    NpyFile.write(samples, noise(4, 50, 12), IfExists.REFUSE);
  }

  private List<String> types() throws IOException {
    try (GraphFile file = GraphFile.open(out)) {
      return file.graph().nodes().stream().map(node -> node.operation().typeName()).toList();
    }
  }

  @Test
  void writesAFittedNetworkThatRuns() throws IOException {
    Ternary run = Ternary.run("quantize", in, "-o", out, "--calibrate", samples);
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("output error", "2 tensors quantized", "left in float: 2");
    assertThat(types()).containsExactly("TernaryLinear", "TernaryLinear", "Linear");
    assertThat(Ternary.run("run", out, "--input", samples).exitCode()).isZero();
  }

  @Test
  void allLayersButThoseSkippedBecomeTernary() throws IOException {
    Ternary run =
        Ternary.run(
            "quantize",
            in,
            "-o",
            out,
            "--calibrate",
            samples,
            "--keep-float",
            "none",
            "--skip",
            "1",
            "--skip",
            "fc*");
    assertThat(run.err()).contains("warning: --skip fc* matches no tensor");
    assertThat(types()).containsExactly("TernaryLinear", "Linear", "TernaryLinear");
  }

  @Test
  void refusesPicturesForWhatIsNoPicturesModelAndWeightsAlone() throws IOException {
    assertThat(Ternary.run("quantize", in, "-o", out, "--calibrate", folder).err())
        .contains("the model does not say what pictures it takes: give --calibrate a file of one");
    Path weights = folder.resolve("weights.safetensors");
    SafetensorsWriter.write(weights, Map.of("w", noise(4, 3, 3)), Map.of(), IfExists.REFUSE);
    assertThat(Ternary.run("quantize", weights, "-o", out, "--calibrate", samples).err())
        .contains("holds weights alone: add --arch NAME or --arch FILE.json");
    assertThat(out).doesNotExist();
  }

  @Test
  void samplesThatAreNotWhatTheModelWasTrainedOnGetTheWarningOfRun() throws IOException {
    Graph.sequence(
            Shape.of(1, 4, 3),
            new Operation.Flatten(),
            Operation.Linear.dense(noise(1, 8, 12), Optional.empty()),
            Operation.Linear.dense(noise(2, 2, 8), Optional.empty()))
        .withInfo(
            new ModelInfo(
                Optional.of(ImageInput.ofPixels(1, 4, 3, ImageInput.Polarity.AS_IS)), List.of()))
        .save(in, IfExists.REPLACE);
    Ternary run =
        Ternary.run("quantize", in, "-o", out, "--keep-float", "none", "--calibrate", samples);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("x.npy: the numbers go from", "the model was trained on 0..255");
    NpyFile.write(samples, noise(4, 50, 5), IfExists.REPLACE);
    assertThat(Ternary.run("quantize", in, "-o", out, "--force", "--calibrate", samples).err())
        .contains("x.npy: the model takes samples of shape [1, 4, 3]");
  }

  @Test
  void numbersThatAreNotFiniteAreNamed() throws IOException {
    float[] weights = noise(1, 4, 12).toFloatArray();
    weights[13] = Float.NaN;
    Graph.sequence(
            Shape.of(12),
            Operation.Linear.dense(noise(1, 12, 12), Optional.empty()),
            Operation.Linear.dense(Tensor.of(Shape.of(4, 12), weights), Optional.empty()))
        .save(in, IfExists.REPLACE);
    Ternary run = Ternary.run("quantize", in, "-o", out, "--keep-float", "last");
    assertThat(run.err()).contains("1.weight' holds NaN at [1, 1]");
    NpyFile.write(
        samples,
        Tensor.of(Shape.of(1, 12), new float[] {0, 0, Float.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
        IfExists.REPLACE);
    Ternary answer = Ternary.run("run", in, "--input", samples);
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.err()).contains("the input must be finite, got NaN in sample 0");
    Ternary ofFolder = Ternary.run("run", in, "--input", folder);
    assertThat(ofFolder.exitCode()).isEqualTo(2);
    assertThat(ofFolder.err()).contains("is a folder; pictures and folders of them go without");
  }

  @Test
  void fitsToAFolderOfPictures() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    for (int i = 0; i < 6; i++) {
      var picture = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
      for (int at = 0; at < 16; at++) {
        picture.getRaster().setSample(at % 4, at / 4, 0, (at * 31 + i * 57) % 256);
      }
      ImageIO.write(picture, "png", pictures.resolve(i + ".png").toFile());
    }
    Graph.sequence(
            Shape.of(4, 4),
            new Operation.Flatten(),
            Operation.Linear.dense(noise(1, 8, 16), Optional.empty()),
            new Operation.Relu(),
            Operation.Linear.dense(noise(2, 2, 8), Optional.empty()))
        .withInfo(
            new ModelInfo(
                Optional.of(ImageInput.ofPixels(1, 4, 4, ImageInput.Polarity.AS_IS)), List.of()))
        .save(in, IfExists.REPLACE);
    Ternary run = Ternary.run("quantize", in, "-o", out, "--calibrate", pictures);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("output error", "left in float: 3");
    Ternary named = Ternary.run("run", out, pictures);
    assertThat(named.exitCode()).as(named.err()).isZero();
    assertThat(named.out().lines()).hasSize(6);
  }
}
