package dev.ternary.formats.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.npy.NpzFile;
import dev.ternary.formats.npy.NpzFile.Compression;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real numpy, safetensors and torch read what we write, where there is a Python with them. */
class PythonOracleTest {

  private static final Path DOCUMENT = Path.of("../docs/formats/packed-safetensors.md");

  @TempDir Path directory;

  @Test
  void pythonReadsWhatWeWrite() throws IOException, InterruptedException {
    Optional<String> python = Optional.ofNullable(System.getProperty("ternary.python"));
    assumeTrue(
        python.isPresent(),
        "give -Dternary.python=PATH of a Python with numpy, safetensors and torch to run this");
    writeAll();
    Files.writeString(directory.resolve("decoder.py"), decoder());
    Path output = directory.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                python.orElseThrow(), "src/test/python/check_written.py", directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("Python ends").isTrue();
    assertThat(Files.readString(output, StandardCharsets.UTF_8).strip()).isEqualTo("OK");
  }

  private void writeAll() throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    try (var golden = SafetensorsFile.open(Path.of("src/test/resources/golden/all.safetensors"))) {
      golden
          .tensors()
          .forEach((name, tensor) -> {
            if (tensor.shape().rank() == 2 && tensor.shape().elements() > 0) {
              tensors.put(name, tensor);
            }
          });
      SafetensorsWriter.write(
          directory.resolve("all.safetensors"), tensors, Map.of(), IfExists.REFUSE);
      for (var entry : tensors.entrySet()) {
        if (entry.getValue().dtype() != DType.BF16) {
          Path file = directory.resolve(entry.getKey() + ".npy");
          NpyFile.write(file, entry.getValue(), IfExists.REFUSE);
        }
      }
      Map<String, Tensor> two = Map.of("f32", golden.tensor("f32"), "i8", golden.tensor("i8"));
      NpzFile.write(directory.resolve("stored.npz"), two, Compression.STORED, IfExists.REFUSE);
      NpzFile.write(directory.resolve("deflated.npz"), two, Compression.DEFLATED, IfExists.REFUSE);
    }
    PackedModelWriter.write(
        directory.resolve("packed.safetensors"), PackedModelFileTest.model(), IfExists.REFUSE);
  }

  /** The Python of the format's page, which says that it is tested. */
  private static String decoder() throws IOException {
    String page = Files.readString(DOCUMENT);
    int start = page.indexOf("```python\n");
    int end = page.indexOf("\n```", start);
    assertThat(start).isPositive();
    return page.substring(start + "```python\n".length(), end);
  }
}
