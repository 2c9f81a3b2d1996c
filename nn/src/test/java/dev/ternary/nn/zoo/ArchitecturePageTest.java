package dev.ternary.nn.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphFile;
import dev.ternary.nn.graph.StateDict;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the page on architectures, against PyTorch's outputs. */
class ArchitecturePageTest {

  private static final Path PAGE = Path.of("../docs/formats/architecture.md");

  @TempDir Path folder;

  /** What stands between fences of a language. */
  private static List<String> blocks(String language) throws IOException {
    String page = Files.readString(PAGE);
    String fence = "\n```" + language + "\n";
    List<String> blocks = new ArrayList<>();
    for (int at = page.indexOf(fence); at >= 0; at = page.indexOf(fence, at + 1)) {
      int start = at + fence.length();
      blocks.add(page.substring(start, page.indexOf("\n```", start)));
    }
    return blocks;
  }

  private Graph read(String json, Map<String, Tensor> weights) throws IOException {
    Path file = Files.writeString(folder.resolve("net.json"), json);
    return GraphFile.read(file, StateDict.of(weights));
  }

  @Test
  void theExamplesGiveWhatPyTorchGives() throws IOException {
    List<String> examples = blocks("json");
    assertThat(examples).hasSize(3);
    FormulaNetwork mlp = FormulaNetwork.named("page-mlp");
    assertThat(mlp.difference(read(examples.get(0), mlp.weights())))
        .isLessThan(ArchitecturesTest.BOUND);
    FormulaNetwork cnn = FormulaNetwork.named("page-cnn");
    Graph graph = read(examples.get(1), cnn.weights());
    assertThat(cnn.difference(graph)).isLessThan(ArchitecturesTest.BOUND);
    assertThat(graph.info().classes()).contains("cat");
    FormulaNetwork resnet = FormulaNetwork.named("resnet18");
    String sized = examples.get(2).replace("224", String.valueOf(resnet.size()));
    assertThat(resnet.difference(read(sized, resnet.weights())))
        .isLessThan(ArchitecturesTest.BOUND);
  }

  @Test
  void theShortFormOfResNetIsTheNamedOne() throws IOException {
    Map<String, Tensor> weights = FormulaNetwork.named("resnet18").weights();
    Graph named = Architectures.graph("resnet18", StateDict.of(weights));
    Graph described = read(blocks("json").get(2), weights);
    assertThat(described.nodes()).isEqualTo(named.nodes());
  }

  @Test
  void refusesWhatTheFileDoesNotTellOf() throws IOException {
    String json = blocks("json").getFirst();
    Map<String, Tensor> good = FormulaNetwork.named("page-mlp").weights();
    Map<String, Tensor> more = new LinkedHashMap<>(good);
    more.put("aux.1.weight", Tensor.of(Shape.of(1), 1f));
    assertThatThrownBy(() -> read(json, more))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("net.json at byte 0: 1 tensor is no part of the architecture")
        .hasMessageContaining("'aux.1.weight'")
        .hasMessageContaining("field 'unused'");
    String unused = json.replaceFirst("\\{", "{\"unused\": [\"aux.*\"],");
    assertThat(read(unused, more).nodes()).hasSize(3);
    assertThatThrownBy(() -> read(json.replace("fc2", "fc4"), good))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("net.json at byte ")
        .hasMessageContaining("layer 'fc4' ('Linear'): the file has no tensor 'fc4.weight'")
        .hasMessageContaining("'fc2.weight'");
    assertThatThrownBy(() -> read(json.replace("Linear", "Bilinear"), good))
        .hasMessageContaining("layer 'fc1' ('Bilinear'): this type of layer is unknown");
  }

  @Test
  void thePythonOfThePageWritesAnArchitecture() throws IOException, InterruptedException {
    Optional<String> python = Optional.ofNullable(System.getProperty("ternary.python"));
    assumeTrue(
        python.isPresent(),
        "give -Dternary.python=PATH of a Python with numpy and torch to run this");
    Files.writeString(folder.resolve("snippet.py"), blocks("python").getFirst());
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                python.orElseThrow(), "src/test/python/check_architecture.py", folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("Python ends").isTrue();
    assertThat(Files.readString(output, StandardCharsets.UTF_8).strip()).isEqualTo("OK");
    try (TensorFile weights = TensorFiles.open(folder.resolve("net.pth"));
        NpyFile x = NpyFile.open(folder.resolve("x.npy"));
        NpyFile y = NpyFile.open(folder.resolve("y.npy"));
        Model model = Model.of(GraphFile.read(folder.resolve("net.json"), StateDict.of(weights)))) {
      float[] found = model.predict(x.tensor()).toFloatArray();
      float[] expected = y.tensor().toFloatArray();
      assertThat(found).containsExactly(expected, offset(1e-5f));
    }
  }
}
