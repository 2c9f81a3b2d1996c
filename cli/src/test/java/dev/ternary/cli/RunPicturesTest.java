package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ImageInput.Polarity;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run} on pictures, and what it says of arrays that are no such pictures. */
class RunPicturesTest {

  private static final int PIXELS = 28 * 28;

  @TempDir private Path folder;

  /**
   * Output 0 is a multiple of the sum of the middle four columns, output 1 of the middle four rows.
   */
  private static Graph bars(float scale) {
    float[] w = new float[2 * PIXELS];
    for (int y = 0; y < 28; y++) {
      for (int x = 0; x < 28; x++) {
        w[28 * y + x] = x >= 12 && x < 16 ? scale : 0;
        w[PIXELS + 28 * y + x] = y >= 12 && y < 16 ? scale : 0;
      }
    }
    return Graph.sequence(
        Shape.of(28, 28),
        new Operation.Flatten(),
        Operation.Linear.dense(Tensor.of(Shape.of(2, PIXELS), w), Optional.empty()));
  }

  private static ModelInfo digits(String... classes) {
    return new ModelInfo(
        Optional.of(ImageInput.ofPixels(1, 28, 28, Polarity.BRIGHT_ON_DARK)), List.of(classes));
  }

  private Path saved(Graph graph, String name) throws IOException {
    Path file = folder.resolve(name);
    graph.save(file, IfExists.REFUSE);
    return file;
  }

  private Path model() throws IOException {
    return saved(bars(1e-4f).withInfo(digits("standing", "lying")), "model.safetensors");
  }

  /** A black bar on white, 20 pixels by 100. */
  private Path bar(String name, boolean standing) throws IOException {
    var image = new BufferedImage(200, 160, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 160; y++) {
      for (int x = 0; x < 200; x++) {
        int across = standing ? x - 30 : y - 30;
        int along = standing ? y - 30 : x - 30;
        boolean ink = across >= 0 && across < 20 && along >= 0 && along < 100;
        image.setRGB(x, y, ink ? 0 : 0xffffff);
      }
    }
    Path file = folder.resolve(name);
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  /**
   * Filling the image (names are no characters), 100 x 20 is 28 x 6 (5.6 rounded): 4 x 28 pixels of
   * 255 give 2.856, 4 x 6 give 0.612; softmax of the two gives 90.4 %.
   */
  @Test
  void picturesGetTheNamesOfTheirClasses() throws IOException {
    Path standing = bar("a.png", true);
    Path lying = bar("longer.png", false);
    Ternary run = Ternary.run("run", model(), standing, lying);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(standing + "       standing (90 %)", lying + "  lying (90 %)");
    assertThat(run.err()).contains("2 pictures in");
  }

  @Test
  void aFolderAndAPictureAsInputAreTaken() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.move(bar("b.png", false), pictures.resolve("b.png"));
    Files.writeString(pictures.resolve("notes.txt"), "no picture");
    assertThat(Ternary.run("run", model(), pictures).out()).contains("b.png  lying (90 %)");
    Ternary input =
        Ternary.run("run", folder.resolve("model.safetensors"), "--input", bar("c.png", true));
    assertThat(input.out()).contains("c.png  standing (90 %)");
    assertThat(input.err()).contains("1 picture in");
  }

  @Test
  void topListsTheLikeliest() throws IOException {
    Path picture = bar("a.png", true);
    assertThat(Ternary.run("run", model(), picture, "--top", "2").out().lines())
        .containsExactly(picture.toString(), "   90 %  standing", "   10 %  lying");
  }

  @Test
  void aModelThatEndsInSoftmaxIsNotGivenItTwice() throws IOException {
    Graph ending =
        Graph.sequence(
            Shape.of(2),
            Operation.Linear.dense(Tensor.of(Shape.of(2, 2), 1f, 0f, 0f, 1f), Optional.empty()),
            new Operation.Softmax());
    Path file =
        saved(ending.withInfo(new ModelInfo(Optional.empty(), List.of("a", "b"))), "s.safetensors");
    Path x = npy("x.npy", Shape.of(2), (float) Math.log(9), 0f);
    Ternary run = Ternary.run("run", file, "--input", x);
    assertThat(run.out()).contains("a (90 %)");
    assertThat(run.err()).contains("1 sample in");
  }

  @Test
  void aFileThatIsNoPictureIsNamedAndTheOthersStillRun() throws IOException {
    Path x = npy("x.npy", Shape.of(28, 28), new float[PIXELS]);
    Ternary run = Ternary.run("run", model(), x, bar("a.png", true));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("a.png  standing");
    assertThat(run.err()).contains("x.npy", "found a NumPy .npy file", "arrays go with --input");
  }

  @Test
  void aModelWithoutACardSaysWhatIsMissingAndTakesItFromOptions() throws IOException {
    Path old = saved(bars(0.0255f), "old.safetensors");
    Path picture = bar("a.png", true);
    Ternary without = Ternary.run("run", old, picture);
    assertThat(without.exitCode()).isEqualTo(1);
    assertThat(without.err()).contains("--image-range", "--polarity", "--classes");
    Ternary half = Ternary.run("run", old, picture, "--image-range", "0..1");
    assertThat(half.err()).contains("--polarity bright-on-dark");
    Path names = Files.writeString(folder.resolve("names.txt"), "standing\nlying\n");
    Ternary given =
        Ternary.run(
            "run",
            old,
            picture,
            "--image-range",
            "0..1",
            "--polarity",
            "bright-on-dark",
            "--classes",
            names);
    assertThat(given.out()).as(given.err()).contains("a.png  standing (90 %)");
    Path three = Files.writeString(folder.resolve("three.txt"), "a\nb\nc\n");
    assertThat(Ternary.run("run", old, picture, "--classes", three).err())
        .contains("the model has 2 outputs, --classes names 3");
    assertThat(Ternary.run("run", old, picture, "--polarity", "upside-down").err())
        .contains("expected as-is, bright-on-dark, dark-on-bright");
    assertThat(Ternary.run("run", old, picture, "--image-range", "255").exitCode()).isEqualTo(2);
  }

  private Path npy(String name, Shape shape, float... values) throws IOException {
    Path file = folder.resolve(name);
    NpyFile.write(file, Tensor.of(shape, values), IfExists.REPLACE);
    return file;
  }

  @Test
  void warnsOfNumbersThatTheModelWasNotTrainedOn() throws IOException {
    Path model = model();
    float[] image = new float[PIXELS];
    image[400] = 1;
    Path x = folder.resolve("x.npy");
    npy("x.npy", Shape.of(28, 28), image);
    assertThat(Ternary.run("run", model, "--input", x).err())
        .contains("from 0 to 1, the model was trained on 0..255; multiply them by 255");
    image[0] = -0.424f;
    npy("x.npy", Shape.of(28, 28), image);
    assertThat(Ternary.run("run", model, "--input", x).err())
        .contains("from -0.424 to 1", "leave out what normalizes them");
    float[] inverted = new float[PIXELS];
    Arrays.fill(inverted, 255);
    inverted[400] = 0;
    npy("x.npy", Shape.of(28, 28), inverted);
    assertThat(Ternary.run("run", model, "--input", x).err())
        .contains("bright objects on a dark background; invert them: 255 - x");
    image[0] = 0;
    image[400] = 255;
    npy("x.npy", Shape.of(28, 28), image);
    assertThat(Ternary.run("run", model, "--input", x).err()).doesNotContain("warning");
    Path small = saved(bars(1).withInfo(smallNumbers()), "small.safetensors");
    assertThat(Ternary.run("run", small, "--input", x).err())
        .contains("trained on 0..1; divide them by 255");
  }

  private static ModelInfo smallNumbers() {
    var image = new ImageInput(1, 28, 28, 0, 1, Polarity.BRIGHT_ON_DARK, List.of(), List.of());
    return new ModelInfo(Optional.of(image), List.of());
  }

  /** mlcommons/inference#101, wasmtime#4464: as many numbers, in another order. */
  @Test
  void channelsLastIsRefused() throws IOException {
    Graph graph =
        Graph.sequence(
            Shape.of(3, 8, 8),
            new Operation.Flatten(),
            Operation.Linear.dense(Tensor.of(Shape.of(1, 192), new float[192]), Optional.empty()));
    Path model = saved(graph, "planes.safetensors");
    Path x = npy("x.npy", Shape.of(2, 8, 8, 3), new float[384]);
    Ternary run = Ternary.run("run", model, "--input", x);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("takes samples of shape [3, 8, 8]", "[2, 8, 8, 3]", "x.transpose(0, 3, 1, 2)");
    for (Shape shape :
        new Shape[] {Shape.of(2, 3, 8, 8), Shape.of(2, 192), Shape.of(2, 1, 3, 8, 8)}) {
      Path good = npy("x.npy", shape, new float[384]);
      assertThat(Ternary.run("run", model, "--input", good).exitCode()).isZero();
    }
    Path other = npy("x.npy", Shape.of(2, 64, 3), new float[384]);
    assertThat(Ternary.run("run", model, "--input", other).exitCode()).isEqualTo(1);
  }

  @Test
  void aThousandClassesAreFiveLines() throws IOException {
    float[] w = new float[1000];
    w[207] = 5;
    w[3] = 4;
    Graph graph =
        Graph.sequence(
            Shape.of(1), Operation.Linear.dense(Tensor.of(Shape.of(1000, 1), w), Optional.empty()));
    List<String> names = IntStream.range(0, 1000).mapToObj(i -> "name " + i).toList();
    Path model =
        saved(graph.withInfo(new ModelInfo(Optional.empty(), names)), "thousand.safetensors");
    Ternary run = Ternary.run("run", model, "--input", npy("x.npy", Shape.of(1, 1), 1f));
    assertThat(run.out().lines())
        .hasSize(6)
        .startsWith("sample 0", "   12 %  name 207", "    5 %  name 3", "    0 %  name 0")
        .allMatch(line -> line.length() <= 80);
  }

  @Test
  void inspectShowsTheCard() throws IOException {
    assertThat(Ternary.run("inspect", model()).out())
        .contains(
            "takes: grey pictures of 28 x 28, bright objects on dark, numbers 0..255",
            "2 classes: standing, lying");
  }

  @Test
  void withoutPicturesAndInputItIsWrongUsage() throws IOException {
    Ternary run = Ternary.run("run", model());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--input X.npy");
  }
}
