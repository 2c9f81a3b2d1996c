package dev.ternary.cli.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.nn.Model;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of make_scripts.py in the pytorch module, which has PyTorch's own outputs for them too. */
class TorchScriptConvertTest {

  @TempDir private Path folder;
  private Path mlp;
  private Path cnn;
  private Path model;

  @BeforeEach
  void copyFiles() throws IOException {
    mlp = copy("mlp-traced.pt");
    cnn = copy("cnn-frozen.pt");
    model = folder.resolve("model.safetensors");
  }

  private Path copy(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = TorchScriptConvertTest.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in, name), file);
    }
    return file;
  }

  @Test
  void aTracedModuleBecomesAModelThatRunsAndThatBecomesTernary() throws IOException {
    Ternary convert = Ternary.run("convert", mlp, "-o", model);
    assertThat(convert.err()).isEmpty();
    assertThat(convert.exitCode()).isZero();
    assertThat(convert.out())
        .contains("outputs differ from libtorch's by ", "1.0e-04 is allowed")
        .contains("graph of 5 layers, input [6] to 5 [3]; wrote " + model);
    Path x = folder.resolve("x.npy");
    NpyFile.write(x, Tensor.of(Shape.of(2, 6), new float[12]), IfExists.REFUSE);
    assertThat(Ternary.run("run", model, "--input", x).exitCode()).isZero();
    Path packed = folder.resolve("packed.safetensors");
    Ternary quantize = Ternary.run("quantize", model, "-o", packed, "--calibrate", x);
    assertThat(quantize.err()).isEmpty();
    assertThat(quantize.out()).contains("2 tensors quantized", "left in float: 5");
    assertThat(Ternary.run("run", packed, "--input", x).exitCode()).isZero();
  }

  @Test
  void theShapeOfTheInputIsAskedForWhereTheFileDoesNotSayIt() throws IOException {
    Ternary asked = Ternary.run("convert", cnn, "-o", model);
    assertThat(asked.exitCode()).isEqualTo(1);
    assertThat(asked.err().lines()).hasSize(1);
    assertThat(asked.err())
        .contains("cnn-frozen.pt does not say of what shape its input x is")
        .contains("the weights of its first layer are [4, 2, 3, 3]")
        .contains("say it: --input 3,224,224", "--arch FILE.json", "--tensors");
    assertThat(model).doesNotExist();
    Ternary said = Ternary.run("convert", cnn, "-o", model, "--input", "2,8,8");
    assertThat(said.err()).isEmpty();
    assertThat(said.exitCode()).isZero();
    try (Model loaded = Model.load(model)) {
      assertThat(loaded.inputShape()).isEqualTo(Shape.of(2, 8, 8));
      assertThat(loaded.outputShape()).isEqualTo(Shape.of(3));
    }
    Ternary wrong = Ternary.run("convert", cnn, "-o", model, "--input", "3,8,8", "--force");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err())
        .contains("code/__torch__/___torch_mangle_42.py line 6: torch._convolution")
        .contains("or describe the network with --arch");
    Ternary none = Ternary.run("convert", cnn, "-o", model, "--input", "x.npy", "--force");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("'x.npy' is no shape of one sample, such as 3,224,224 or 784");
  }

  @Test
  void anArchitectureOrTheTensorsAloneAreAnotherWay() {
    Ternary tensors = Ternary.run("convert", mlp, "-o", model, "--tensors");
    assertThat(tensors.exitCode()).isZero();
    assertThat(tensors.out()).contains("6 tensors, ", "wrote " + model);
    Ternary arch = Ternary.run("convert", mlp, "-o", model, "--arch", "mlp", "--force");
    assertThat(arch.out()).contains("graph of 5 layers, x [6] to 5 [3]").doesNotContain("libtorch");
    Ternary both =
        Ternary.run("convert", mlp, "-o", model, "--arch", "mlp", "--input", "6", "--force");
    assertThat(both.exitCode()).isEqualTo(1);
    assertThat(both.err()).contains("--input goes with the network that is in the file");
    Ternary other = Ternary.run("convert", model, "-o", folder.resolve("o"), "--input", "6");
    assertThat(other.err())
        .contains("--input goes with TorchScript (torch.jit.save), which " + model + " is not");
  }

  @Test
  void quantizeSaysHowItsNetworkIsKept() {
    Ternary quantize = Ternary.run("quantize", mlp, "-o", model);
    assertThat(quantize.exitCode()).isZero();
    assertThat(quantize.err()).contains("TorchScript", "'ternary convert' first");
  }
}
