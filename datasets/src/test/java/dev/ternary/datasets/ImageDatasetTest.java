package dev.ternary.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.FormatException;
import dev.ternary.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDatasetTest {

  @TempDir private Path folder;

  /** Counts of the first labels and the class sizes are those that MNIST is published with. */
  @Test
  void bundlesMnist() throws IOException {
    ImageDataset mnist = ImageDataset.mnist();
    assertThat(mnist.train().images().shape()).isEqualTo(Shape.of(60000, 28, 28));
    assertThat(mnist.test().images().shape()).isEqualTo(Shape.of(10000, 28, 28));
    assertThat(mnist.train().labelArray()).startsWith(5, 0, 4, 1, 9, 2, 1, 3, 1, 4);
    assertThat(mnist.test().labelArray()).startsWith(7, 2, 1, 0, 4, 1, 4, 9, 5, 9);
    int[] sizes = new int[10];
    for (int label : mnist.train().labelArray()) {
      sizes[label]++;
    }
    assertThat(sizes).containsExactly(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949);
  }

  @Test
  void namesTheFileThatIsMissing() {
    assertThatThrownBy(() -> ImageDataset.mnist(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("train-images-idx3-ubyte")
        .hasMessageContaining("is missing");
    assertThatThrownBy(() -> ImageDataset.fashion(folder.resolve("nowhere")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("is no folder");
  }

  @Test
  void refusesALabelOfNoClassAndSaysWhere() throws IOException {
    write(3, new byte[] {0, 9, 10});
    assertThatThrownBy(() -> ImageDataset.fashion(folder))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("train-labels-idx1-ubyte at byte 10: label 10 of image 2");
  }

  @Test
  void ownImagesHaveAsManyClassesAsTheirLabelsSay() throws IOException {
    write(3, new byte[] {0, 25, 10});
    assertThat(ImageDataset.mnist(folder).classes()).hasSize(26).startsWith("0").endsWith("25");
    write(3, new byte[] {2, 0, 1});
    assertThat(ImageDataset.mnist(folder).classes()).containsExactly("0", "1", "2");
  }

  @Test
  void refusesMoreImagesThanLabels() throws IOException {
    write(4, new byte[] {0, 1, 2});
    assertThatThrownBy(() -> ImageDataset.mnist(folder))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("4 images but 3 labels");
  }

  private void write(int images, byte[] labels) throws IOException {
    for (String part : new String[] {"train", "t10k"}) {
      Files.write(
          folder.resolve(part + "-images-idx3-ubyte"), idx(new byte[images * 4], images, 2, 2));
      Files.write(folder.resolve(part + "-labels-idx1-ubyte"), idx(labels, labels.length));
    }
  }

  private static byte[] idx(byte[] data, int... dims) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {0, 0, 8, (byte) dims.length});
    for (int dim : dims) {
      bytes.write(ByteBuffer.allocate(4).putInt(dim).array());
    }
    bytes.write(data);
    return bytes.toByteArray();
  }

  @Test
  void filesMayHaveADot() throws IOException {
    write(3, new byte[] {0, 9, 1});
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.move(file, folder.resolve(file.getFileName().toString().replace("-idx", ".idx")));
      }
    }
    assertThat(folder.resolve("train-images.idx3-ubyte")).exists();
    assertThat(ImageDataset.mnist(folder).train().labelArray()).containsExactly(0, 9, 1);
  }
}
