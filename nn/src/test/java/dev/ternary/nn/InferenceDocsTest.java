package dev.ternary.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/inference.md shows programs that are run here. */
class InferenceDocsTest {

  private static final Path DOCS = Path.of("../docs");

  @Test
  void showsTheProgramsThatTheOtherTestsRun() throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/ternary/nn/InferenceExample.java"));
    String page = Files.readString(DOCS.resolve("inference.md"));
    for (String name : List.of("mlp", "resnet", "run")) {
      String begin = "// docs: begin " + name + "\n";
      String program =
          source
              .substring(
                  source.indexOf(begin) + begin.length(), source.indexOf("// docs: end " + name))
              .stripTrailing()
              .stripIndent();
      assertThat(page).contains("```java\n" + program + "\n```");
    }
  }

  @Test
  void linksOnlyToFilesThatAreThere() throws IOException {
    for (String page : List.of("inference.md", "embedding.md")) {
      var links =
          Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(DOCS.resolve(page)));
      while (links.find()) {
        assertThat(DOCS.resolve(links.group(1))).exists();
      }
    }
  }

  /** Weights are trits times 2, activations 127, 0 and 254, 0, 254: int8 rounds none of them. */
  @Test
  void theMlpComputesWhatIsWorkedOutByHand(@TempDir Path dir) throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("0.weight", Tensor.of(Shape.of(3, 2), 2f, 0, 0, 2, 2, -2));
    tensors.put("0.bias", Tensor.of(Shape.of(3), 0f, 0, 0));
    tensors.put("2.weight", Tensor.of(Shape.of(1, 3), 2f, -2, 2));
    tensors.put("2.bias", Tensor.of(Shape.of(1), 5f));
    Path path = dir.resolve("mlp.safetensors");
    SafetensorsWriter.write(path, tensors, Map.of(), IfExists.REFUSE);
    try (TensorFile file = TensorFiles.open(path);
        Model model = Model.of(InferenceExample.mlp(file, 2))) {
      // Hidden: relu(2 * 127, 0, 2 * 127) = 254, 0, 254. Out: 2 * (254 + 254) + 5 = 1021.
      assertThat(model.predict(new float[] {127, 0})).containsExactly(1021f);
    }
  }

  private static float[] values(long count, int seed, double scale, double shift) {
    float[] values = new float[Math.toIntExact(count)];
    for (int n = 0; n < values.length; n++) {
      long i = n;
      long whole = Math.floorMod(i * 7919 + i / 97 * 31 + seed * 104729L, 2001L) - 1000;
      values[n] = (float) ((double) whole / 1000 * scale + shift);
    }
    return values;
  }

  /** The tensors of src/test/python/resnet18.py, by its formula. */
  private static Map<String, Tensor> resnet(List<String> golden) {
    var tensors = new LinkedHashMap<String, Tensor>();
    int seed = 0;
    for (String line : golden) {
      if (line.startsWith("tensor ")) {
        String[] words = line.split(" ", -1);
        Shape shape =
            Shape.of(Arrays.stream(words, 2, words.length).mapToLong(Long::parseLong).toArray());
        String name = words[1];
        seed++;
        boolean factor = name.endsWith("running_var") || name.endsWith("weight");
        double scale = factor ? 0.25 : 0.125;
        if (shape.rank() > 1) {
          scale = Math.sqrt(6.0 / ((double) shape.elements() / shape.dim(0)));
          factor = false;
        }
        tensors.put(name, Tensor.of(shape, values(shape.elements(), seed, scale, factor ? 1 : 0)));
      }
    }
    return tensors;
  }

  @Test
  void theResNetComputesWhatPyTorchComputes(@TempDir Path dir) throws IOException {
    List<String> golden = new ArrayList<>();
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("resnet18.txt"))) {
      golden.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    }
    Path checkpoint = dir.resolve("resnet18.safetensors");
    SafetensorsWriter.write(checkpoint, resnet(golden), Map.of(), IfExists.REFUSE);
    float[] image = values(3 * 224 * 224, 99, 1, 0);
    float[] floats;
    try (TensorFile file = TensorFiles.open(checkpoint);
        Model model = Model.of(InferenceExample.resnet18(file))) {
      floats = model.predict(image);
    }
    String[] expected =
        golden.stream()
            .filter(l -> l.startsWith("outputs "))
            .findFirst()
            .orElseThrow()
            .split(" ", -1);
    // Largest output 1273; 18 layers of float32 sums of up to 4608 products lose some 1e-5 of it.
    for (int i = 1; i < expected.length; i++) {
      assertThat(floats[i - 1]).isCloseTo(Float.parseFloat(expected[i]), within(0.05f));
    }
    Path packed = dir.resolve("packed.safetensors");
    float[] ternary = InferenceExample.convertAndRun(checkpoint, packed, image);
    assertThat(ternary).hasSize(1000);
    assertThat(Files.size(packed)).isLessThan(Files.size(checkpoint) / 8);
  }
}
