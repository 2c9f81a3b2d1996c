package dev.ternary.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.pytorch.networks.CifarResNet;
import dev.ternary.tensor.Shape;
import dev.ternary.training.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PyTorchDocsTest {

  private static final Path DOCS = Path.of("../docs");

  @Test
  void showsTheExampleThatTheOtherTestRuns() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/dev/ternary/pytorch/PyTorchExample.java"));
    for (String name : new String[] {"", "libtorch "}) {
      String begin = "// docs: " + name + "begin\n";
      String example =
          source
              .substring(
                  source.indexOf(begin) + begin.length(),
                  source.indexOf("    // docs: " + name + "end"))
              .stripTrailing()
              .stripIndent();
      assertThat(Files.readString(DOCS.resolve("pytorch.md")))
          .contains("```java\n" + example + "\n```");
    }
  }

  /** By hand: relu of [-1 2] and [3 -4]. */
  @Test
  void theExampleOnLibtorchRuns() {
    Graph graph = Graph.sequence(Shape.of(2), new Operation.Relu());
    assertThat(PyTorchExample.onLibtorch(graph, Shape.of(2), new float[] {-1, 2, 3, -4}))
        .containsExactly(0, 2, 3, 0);
  }

  @Test
  void linksOnlyToFilesThatAreThere() throws IOException {
    String text = Files.readString(DOCS.resolve("pytorch.md"));
    var links = Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(text);
    while (links.find()) {
      assertThat(DOCS.resolve(links.group(1))).exists();
    }
  }

  @Test
  void theExampleRunsFromCheckpointToPackedFile(@TempDir Path dir) throws IOException {
    var checkpoints = DataFolder.of("resnet-cifar10");
    assumeTrue(checkpoints.isPresent(), "resnet-cifar10 is not in TERNARY_DATA");
    var random = new Random(1);
    float[] batch = new float[4 * 3 * 32 * 32];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = (float) random.nextGaussian();
    }
    var images = Examples.ofFloats(CifarResNet.INPUT, batch, new int[4]);
    Path checkpoint = checkpoints.get().resolve("resnet20-12fca82f.th");
    Path packed = dir.resolve("resnet20.ternary");
    int[] classes = PyTorchExample.run(checkpoint, packed, images, batch);
    assertThat(classes).hasSize(4);
    for (int c : classes) {
      assertThat(c).isBetween(0, CifarResNet.CLASSES - 1);
    }
    assertThat(Files.size(packed)).isLessThan(Files.size(checkpoint) / 10);
  }
}
