package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
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
    assertThat(run.out()).contains("output error", "1 layers quantized in", "2 stay float (0, 2)");
    assertThat(types()).containsExactly("Linear", "TernaryLinear", "Linear");
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
            "--all-layers",
            "--skip",
            "1",
            "--skip",
            "fc*");
    assertThat(run.err()).contains("warning: --skip fc* matches no layer");
    assertThat(types()).containsExactly("TernaryLinear", "Linear", "TernaryLinear");
  }

  @Test
  void refusesAFolderAndOptionsWithoutSamples() {
    assertThat(Ternary.run("quantize", in, "-o", out, "--calibrate", folder).err())
        .contains("--calibrate takes a file of one tensor [samples, ...], such as .npy");
    assertThat(Ternary.run("quantize", in, "-o", out, "--all-layers").err())
        .contains("--all-layers needs --calibrate");
    assertThat(out).doesNotExist();
  }
}
