package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Architectures in YAML. */
class YamlArchitectureTest {

  private static final String NET =
      """
      # Two numbers in, two classes out.
      format: dev.ternary.nn
      version: 2
      inputs: [{name: x, shape: [2]}]
      nodes:
        - name: "0"
          op: Linear
          post: RELU
        - {name: hidden, op: Linear, module: fc2}
        - {name: norm, op: LayerNorm, eps: 1e-5}
      classes: [yes, 'ét"é\\']
      """;

  @TempDir private Path folder;
  private Path weights;
  private Path yaml;
  private Path model;

  @BeforeEach
  void writeWeights() throws IOException {
    weights = folder.resolve("weights.safetensors");
    yaml = folder.resolve("net.yaml");
    model = folder.resolve("model.safetensors");
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("0.weight", Tensor.of(Shape.of(2, 2), 1f, -1f, 2f, 0f));
    tensors.put("fc2.weight", Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, -1f));
    tensors.put("norm.weight", Tensor.of(Shape.of(2), 1f, 1f));
    tensors.put("norm.bias", Tensor.of(Shape.of(2), 0f, 0f));
    SafetensorsWriter.write(weights, tensors, Map.of(), IfExists.REFUSE);
  }

  private Ternary convert(String text) throws IOException {
    Files.writeString(yaml, text);
    return Ternary.run("convert", weights, "--arch", yaml, "-o", model, "--force");
  }

  /**
   * By hand: [1 -1; 2 0] [3 4] = [-1 6], relu [0 6]; [1 2; 3 -1] [0 6] = [12 -6]; mean 3, deviation
   * 9, so 1 and -1 but for eps.
   */
  @Test
  void makesTheSameNetworkAsJson() throws IOException {
    Ternary convert = convert(NET);
    assertThat(convert.err()).isEmpty();
    Path x = folder.resolve("x.npy");
    Path y = folder.resolve("y.npy");
    NpyFile.write(x, Tensor.of(Shape.of(1, 2), 3f, 4f), IfExists.REFUSE);
    Ternary run = Ternary.run("run", model, "--input", x, "--output", y);
    assertThat(run.exitCode()).as(run.err()).isZero();
    try (NpyFile result = NpyFile.open(y)) {
      assertThat(result.tensor().getFloat(0)).isEqualTo(1, offset(1e-6f));
      assertThat(result.tensor().getFloat(1)).isEqualTo(-1, offset(1e-6f));
    }
    assertThat(Ternary.run("inspect", model).out()).contains("2 classes: yes, ét\"é\\");
  }

  @Test
  void theExampleOfThePageIsANetwork() throws IOException {
    String page = Files.readString(Path.of("../docs/formats/architecture.md"));
    String example = page.substring(page.indexOf("```yaml\n") + 8);
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("0.weight", Tensor.of(Shape.of(3, 784), new float[3 * 784]));
    tensors.put("2.weight", Tensor.of(Shape.of(4, 3), new float[12]));
    tensors.put("4.weight", Tensor.of(Shape.of(10, 4), new float[40]));
    SafetensorsWriter.write(weights, tensors, Map.of(), IfExists.REPLACE);
    Ternary convert = convert(example.substring(0, example.indexOf("```")));
    assertThat(convert.err()).isEmpty();
    assertThat(convert.out()).contains("graph of 3 layers, x [784] to out [10]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "post: RELU | post: RALU | line 8: layer '0' ('Linear'): post must be NONE or RELU",
        "name: \"0\" | name: 0 | line 6: field 'name' must be a string, got the number '0'",
        "version: 2 | version: 02 | line 3: field 'version' must be",
        "shape: [2] | shape: [2.5] | line 4: each of field 'shape' must be a whole number",
        "eps: 1e-5 | eps: .nan | line 10: layer 'norm' ('LayerNorm'): field 'eps' must be a number",
        "version: 2 | version: | line 3: field 'version' must be",
        "module: fc2 | modul: fc2 | line 9: layer 'hidden' ('Linear'): ",
        "version: 2 | {version: 2 | line 4: ",
        "# Two | nodes: [] # | line 5: field 'nodes' comes twice",
        "name: x, | name: x, name: x, | line 4: field 'name' comes twice",
        "shape: [2] | shape: &a [2] | line 4: anchors (&name) are not taken",
        "shape: [2] | shape: *a | line 4: aliases (*name) are not taken",
        "shape: [2] | shape: !!set [2] | line 4: tags (!name) are not taken",
        "name: x, | ? [x], | line 4: a field must have a word as its name",
        "nodes: | ---#nodes: | line 5: an architecture is one document",
      })
  void whatIsWrongHasItsLine(String right, String wrong, String message) throws IOException {
    String text = NET.replaceFirst(Pattern.quote(right), wrong);
    assertThat(text).isNotEqualTo(NET);
    Ternary run = convert(text.replace("---#", "---\n"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("net.yaml at byte ", message);
    assertThat(model).doesNotExist();
  }

  @Test
  void theByteIsThatOfTheYaml() throws IOException {
    String text = NET.replace("Two", "Zwölf").replace("RELU", "RALU");
    int at = text.substring(0, text.indexOf("RALU")).getBytes(StandardCharsets.UTF_8).length;
    assertThat(convert(text).err()).contains("net.yaml at byte " + at + ": line 8: ");
  }

  @Test
  void whatIsNoObjectIsRefused() throws IOException {
    String expected = "an architecture must be fields with values, such as";
    assertThat(convert("a,b,c\n1,2,3\n").err()).contains("line 1: " + expected, "a text");
    assertThat(convert("- a\n- b\n").err()).contains("line 1: " + expected, "a list");
    assertThat(convert("# nothing\n").err()).contains(expected, "found nothing");
  }

  /** What other readers of YAML were brought down with. */
  @Test
  void textsThatGrowOrNestWithoutEndAreRefused() throws IOException {
    var bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertThat(convert(bomb.toString()).err()).contains("line 1: anchors");
    assertThat(convert("a: " + "[".repeat(100_000)).err()).contains("more than 64 deep");
    assertThat(convert("- ".repeat(100_000)).err()).contains("found a list");
    assertThat(convert("a: b\n" + "#".repeat(1 << 20)).err())
        .contains("may have 1048576 bytes of YAML at most, this one has 1048581");
  }

  @Test
  void noCutTextBringsAnotherException() throws IOException {
    byte[] whole = NET.getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(yaml, Arrays.copyOf(whole, length));
      Ternary run = Ternary.run("convert", weights, "--arch", yaml, "-o", model, "--force");
      // Without its last lines it may still be a network, of which a tensor is left over or none.
      assertThat(run.err()).as(length + " bytes").doesNotContain("bug");
      if (run.exitCode() != 0) {
        assertThat(run.err()).as(length + " bytes").startsWith("ternary: " + yaml);
      }
    }
  }
}
