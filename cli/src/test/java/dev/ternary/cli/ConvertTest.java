package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.safetensors.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Its checkpoints are of PyTorch 2.13: make_checkpoints.py of the formats module writes them. */
class ConvertTest {

  @TempDir private Path folder;
  private Path in;
  private Path out;

  @BeforeEach
  void copyCheckpoint() throws IOException {
    in = copy("small.pt");
    out = folder.resolve("out.safetensors");
  }

  private Path copy(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream bytes =
        Optional.ofNullable(ConvertTest.class.getResourceAsStream(name)).orElseThrow()) {
      Files.copy(bytes, file);
    }
    return file;
  }

  @Test
  void writesTheStateDictWithoutItsPrefix() throws IOException {
    Ternary run = Ternary.run("convert", in, "-o", out);
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("2 tensors, 6 elements; wrote " + out);
    try (SafetensorsFile file = SafetensorsFile.open(out)) {
      assertThat(file.tensor("a").toFloatArray()).containsExactly(1, 2);
      assertThat(file.tensor("b").toFloatArray()).containsExactly(1, 3, 2, 4);
    }
  }

  @Test
  void keepsThePrefixOnDemand() throws IOException {
    Ternary run = Ternary.run("convert", in, "-o", out, "--strip-prefix=");
    assertThat(run.exitCode()).isZero();
    try (SafetensorsFile file = SafetensorsFile.open(out)) {
      assertThat(file.tensors()).containsOnlyKeys("module.a", "module.b");
    }
  }

  @Test
  void refusesAnExistingFileWithoutForce() throws IOException {
    Files.writeString(out, "precious");
    Ternary refused = Ternary.run("convert", in, "-o", out);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains(out.toString(), "exists", "--force");
    assertThat(out).hasContent("precious");
    assertThat(Ternary.run("convert", in, "-o", out, "--force").exitCode()).isZero();
  }

  @Test
  void namesTheGlobalThatItRefuses() throws IOException {
    Ternary run = Ternary.run("convert", copy("refused-module.pt"), "-o", out);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("refuses global torch.nn.modules.linear.Linear");
    assertThat(out).doesNotExist();
  }

  @Test
  void inspectShowsTheCheckpoint() {
    Ternary run = Ternary.run("inspect", in);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("PyTorch checkpoint", "module.a", "I64");
  }

  /** Without the module that knows libtorch, as here. */
  @Test
  void saysWhatTorchScriptNeeds() throws IOException {
    Path script = folder.resolve("script.pt");
    try (var zip = new ZipOutputStream(Files.newOutputStream(script))) {
      for (String name : List.of("net/data.pkl", "net/code/__torch__/net.py")) {
        zip.putNextEntry(new ZipEntry(name));
      }
    }
    Ternary run = Ternary.run("convert", script, "-o", out, "--input", "3,224,224");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err())
        .contains("the network in " + script + " needs libtorch")
        .contains("add dev.ternary:ternary-cli-pytorch to the class path")
        .contains("--arch NAME", "--tensors");
    assertThat(out).doesNotExist();
    Ternary other = Ternary.run("convert", in, "-o", out, "--input", "3,224,224");
    assertThat(other.err()).contains("--input goes with TorchScript (torch.jit.save)");
  }
}
