package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a newcomer does wrong, and what is said of it. */
class MessagesTest {

  @TempDir private Path folder;

  private Path model() throws IOException {
    Path file = folder.resolve("model.safetensors");
    if (!Files.exists(file)) {
      Graph.sequence(
              Shape.of(2, 2),
              new Operation.Flatten(),
              Operation.Linear.dense(
                  Tensor.of(Shape.of(2, 4), 1f, 0f, 0f, 0f, 0f, 0f, 0f, 1f), Optional.empty()))
          .withInfo(
              new ModelInfo(
                  Optional.of(ImageInput.ofPixels(1, 2, 2, ImageInput.Polarity.AS_IS)), List.of()))
          .save(file, IfExists.REFUSE);
    }
    return file;
  }

  private Path npy(String name, Shape shape, float... values) throws IOException {
    Path file = folder.resolve(name);
    NpyFile.write(file, Tensor.of(shape, values), IfExists.REPLACE);
    return file;
  }

  private Path picture(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY), "png", file.toFile());
    return file;
  }

  @ParameterizedTest
  @CsvSource({
    "quikstart, quickstart",
    "quickstrt, quickstart",
    "convrt, convert",
    "inspekt, inspect",
    "QUANTISE, quantize",
    "rnu, run",
    "docter, doctor",
    "bech, bench",
  })
  void aMisspeltCommandIsToldTheNearestFirst(String typed, String meant) {
    Ternary run = Ternary.run(typed);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("ternary: there is no command '" + typed + "'")
        .contains("did you mean '" + meant + "'?");
  }

  @Test
  void aCommandThatIsLikeNoneIsNotGuessed() {
    assertThat(Ternary.run("xyzzy").err())
        .contains("there is no command 'xyzzy'")
        .contains("Try 'ternary --help'.")
        .doesNotContain("did you mean");
    assertThat(Ternary.run("bench", "kernel").err())
        .contains("there is no command 'bench kernel'", "did you mean 'bench kernels'?");
  }

  @Test
  void aMisspeltOptionIsToldTheNearest() throws IOException {
    Ternary run = Ternary.run("run", model(), "--imput", "x.npy");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("ternary run has no option '--imput'", "did you mean '--input'?")
        .contains("'ternary run --help'");
  }

  @Test
  void anArgumentTooManyIsNamed() throws IOException {
    Ternary run = Ternary.run("inspect", model(), "other");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("ternary inspect takes no argument 'other'", "after '" + model() + "'")
        .doesNotContain("index");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(Ternary.run("run").err()).startsWith("ternary: ternary run needs MODEL");
    assertThat(Ternary.run("convert", "in").err()).contains("ternary convert needs --output OUT");
  }

  @Test
  void modelAndPictureInTheWrongOrderAreRecognised() throws IOException {
    Path picture = picture("a.png");
    Ternary swapped = Ternary.run("run", picture, model());
    assertThat(swapped.exitCode()).isEqualTo(2);
    assertThat(swapped.err())
        .contains("a.png is a PNG image", "the model comes first")
        .contains("ternary run " + model() + " " + picture);
    Path x = npy("x.npy", Shape.of(1, 4), new float[4]);
    assertThat(Ternary.run("run", x, model()).err())
        .contains("the model comes first", "ternary run " + model() + " --input " + x);
    assertThat(Ternary.run("run", x, picture).err())
        .contains("x.npy is a NumPy .npy file", "the first argument must be the model");
    assertThat(Ternary.run("run", picture, "--input", model()).err())
        .contains("the model comes first", "ternary run " + model() + " " + picture);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nope.json", "nets/nope.yaml", "nope.yml", "./nope"})
  void anArchitectureFileThatIsNotThereIsSaidToBeMissing(String name) throws IOException {
    Path file = folder.resolve(name);
    Ternary run = Ternary.run("convert", weights(""), "--arch", file, "-o", folder.resolve("o"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("ternary: " + file + " does not exist").contains("--arch");
  }

  private Path weights(String prefix) throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put(prefix + "fc1.weight", Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, -1f));
    tensors.put(prefix + "fc2.weight", Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, -1f));
    Path file = folder.resolve("weights.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of(), IfExists.REPLACE);
    return file;
  }

  @Test
  void aPrefixThatAllNamesShareIsNamed() throws IOException {
    Path json = folder.resolve("net.json");
    Files.writeString(
        json,
        """
        {"format": "dev.ternary.nn", "version": 2, "inputs": [{"name": "x", "shape": [2]}],
         "nodes": [{"name": "fc1", "op": "Linear"}, {"name": "fc2", "op": "Linear"}]}
        """);
    Path out = folder.resolve("out");
    for (String command : List.of("convert", "quantize")) {
      Ternary run = Ternary.run(command, weights("net.core."), "--arch", json, "-o", out);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err()).contains("no tensor 'fc1.weight'", "--strip-prefix net.core.");
    }
    Path wrapped = folder.resolve("wrapped");
    SafetensorsWriter.write(
        wrapped,
        Map.of(
            "net.conv1.weight",
            Tensor.of(Shape.of(1), 1f),
            "net.layer1.0.conv1.weight",
            Tensor.of(Shape.of(1), 1f)),
        Map.of(),
        IfExists.REFUSE);
    assertThat(Ternary.run("convert", wrapped, "--arch", "resnet18", "-o", out).err())
        .contains("no tensor 'conv1.weight'", "--strip-prefix net. cuts off");
    assertThat(Ternary.run("convert", weights(""), "--arch", "resnet18", "-o", out).err())
        .doesNotContain("--strip-prefix");
    assertThat(
            Ternary.run(
                    "convert",
                    weights("net.core."),
                    "--arch",
                    json,
                    "-o",
                    out,
                    "--strip-prefix",
                    "net.core.")
                .exitCode())
        .isZero();
  }

  @Test
  void aListOfLayersThatDoNotFitIsShort() throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < 40; i++) {
      tensors.put("layer" + i + ".conv.weight", Tensor.of(Shape.of(1, 1, 1, 1), 1f));
    }
    Path file = folder.resolve("convs");
    SafetensorsWriter.write(file, tensors, Map.of(), IfExists.REPLACE);
    String err =
        Ternary.run("convert", file, "--arch", "mlp", "-o", folder.resolve("o"))
            .err()
            .replace(folder.toString(), "");
    assertThat(err).contains("'layer0.conv' [1, 1, 1, 1]", "and 37 more");
    assertThat(err.strip()).hasSizeLessThan(400);
  }

  @Test
  void samplesOfNoneAreAnError() throws IOException {
    Path x = npy("zero.npy", Shape.of(0, 2, 2));
    Ternary run = Ternary.run("run", model(), "--input", x);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("zero.npy", "holds no sample", "[0, 2, 2]");
    Ternary quantize =
        Ternary.run("quantize", model(), "-o", folder.resolve("q"), "--calibrate", x);
    assertThat(quantize.exitCode()).isEqualTo(1);
    assertThat(quantize.err()).contains("zero.npy", "holds no sample");
  }

  @ParameterizedTest
  @ValueSource(strings = {"y.txt", "y.csv", "y.npz", "y.safetensors", "y.JSON"})
  void outputsAreOnlyWrittenUnderANameOfTheirKind(String name) throws IOException {
    Path x = npy("x.npy", Shape.of(1, 2, 2), new float[4]);
    Path y = folder.resolve(name);
    Ternary run = Ternary.run("run", model(), "--input", x, "--output", y);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(name, "a NumPy array", ".npy");
    assertThat(y).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"y.npz", "y.npy", "y.pth", "y.onnx", "y.gguf", "y.txt"})
  void modelsAreOnlyWrittenUnderANameOfTheirKind(String name) throws IOException {
    Path out = folder.resolve(name);
    for (String command : List.of("convert", "quantize")) {
      Ternary run = Ternary.run(command, weights(""), "-o", out);
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains(name, "safetensors");
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void namesOfTheKindAndNamesThatSayNothingAreTaken() throws IOException {
    Path x = npy("x.npy", Shape.of(1, 2, 2), new float[4]);
    for (String name : List.of("y.npy", "y", "y.v2", "Y.NPY")) {
      Path y = folder.resolve(name);
      assertThat(Ternary.run("run", model(), "--input", x, "--output", y).exitCode()).isZero();
    }
    for (String name : List.of("m.safetensors", "m", "net.1.5")) {
      assertThat(Ternary.run("convert", weights(""), "-o", folder.resolve(name)).exitCode())
          .isZero();
    }
  }

  @Test
  void aPictureOfAFolderThatCannotBeReadIsSkippedAndNamed() throws IOException {
    for (int i = 0; i < 3; i++) {
      picture("pictures/" + i + ".png");
    }
    Path bad = Files.writeString(folder.resolve("pictures/bad.png"), "no picture at all");
    Ternary run = Ternary.run("run", model(), folder.resolve("pictures"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(3);
    assertThat(run.err())
        .contains("warning: skipped 1 of 4 pictures of folders", "bad.png", "3 pictures in");
    Path out = folder.resolve("q");
    Ternary fit =
        Ternary.run(
            "quantize",
            model(),
            "-o",
            out,
            "--calibrate",
            folder.resolve("pictures"),
            "--keep-float",
            "none");
    assertThat(fit.exitCode()).as(fit.err()).isZero();
    assertThat(fit.err()).contains("warning: skipped 1 of 4 pictures of folders", "bad.png");
    Ternary named = Ternary.run("run", model(), bad, folder.resolve("pictures/0.png"));
    assertThat(named.exitCode()).isEqualTo(1);
    assertThat(named.err()).contains("ternary: " + bad);
    assertThat(named.out()).contains("0.png");
  }

  @Test
  void aFolderWithoutOneGoodPictureFails() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.writeString(pictures.resolve("bad.png"), "no picture at all");
    Ternary run = Ternary.run("run", model(), pictures);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("skipped 1 of 1", "none of the pictures can be read");
    Ternary fit =
        Ternary.run("quantize", model(), "-o", folder.resolve("q"), "--calibrate", pictures);
    assertThat(fit.exitCode()).isEqualTo(1);
    assertThat(fit.err()).contains("none of the pictures can be read");
  }

  @Test
  void anOpenBlasThatIsNotThereSaysWhatToInstall() {
    Ternary run = Ternary.run("bench", "kernels", "--openblas", folder.resolve("nope.so"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("nope.so does not exist", "libopenblas.so");
  }

  @Test
  void anOpenBlasThatIsNoneSaysSo() throws IOException {
    Path text = Files.writeString(folder.resolve("text.so"), "no library");
    Ternary run = Ternary.run("bench", "kernels", "--openblas", text, "--shapes", "8x8");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(text + " is no library that loads here", "libopenblas.so");
  }

  @Test
  void helpTextsHaveNoTornPlaceholders() {
    for (String command : List.of("inspect", "convert", "quantize", "run", "bench kernels")) {
      String help = Ternary.run((Object[]) (command + " --help").split(" ")).out();
      assertThat(help).as(command).doesNotContain("module..").doesNotContain(",N...]");
      assertThat(help.lines()).as(command).allMatch(line -> line.length() <= 80);
    }
  }

  @Test
  void classNamesGoIntoTheModelAndAreAskedForWhereTheyAreMissing() throws IOException {
    Path names = Files.writeString(folder.resolve("names.txt"), "cat\ndog\n");
    Path picture = picture("a.png");
    Ternary without = Ternary.run("run", model(), picture);
    assertThat(without.out()).contains("class 0");
    assertThat(without.err()).contains("note: the model has no names", "--classes FILE");
    Path named = folder.resolve("named.safetensors");
    Ternary convert = Ternary.run("convert", model(), "-o", named, "--classes", names);
    assertThat(convert.exitCode()).as(convert.err()).isZero();
    Ternary with = Ternary.run("run", named, picture);
    assertThat(with.out()).contains("a.png  cat");
    assertThat(with.err()).doesNotContain("note:");
    Path packed = folder.resolve("packed.safetensors");
    Ternary quantize =
        Ternary.run("quantize", model(), "-o", packed, "--classes", names, "--keep-float", "none");
    assertThat(quantize.exitCode()).as(quantize.err()).isZero();
    assertThat(Ternary.run("inspect", packed).out()).contains("2 classes: cat, dog");
    Files.writeString(names, "cat\n");
    Ternary few = Ternary.run("convert", model(), "-o", folder.resolve("few"), "--classes", names);
    assertThat(few.exitCode()).isEqualTo(1);
    assertThat(few.err()).contains("names.txt: the model has 2 outputs, --classes names 1");
    Ternary alone =
        Ternary.run("convert", weights(""), "-o", folder.resolve("alone"), "--classes", names);
    assertThat(alone.exitCode()).isEqualTo(2);
    assertThat(alone.err()).contains("--classes needs a model", "--arch");
  }

  @Test
  void convertKeepsTheArchitectureOfAPackedModel() throws IOException {
    Path packed = folder.resolve("packed.safetensors");
    Path back = folder.resolve("back.safetensors");
    assertThat(Ternary.run("quantize", model(), "-o", packed, "--keep-float", "none").exitCode())
        .isZero();
    Ternary convert = Ternary.run("convert", packed, "-o", back);
    assertThat(convert.exitCode()).as(convert.err()).isZero();
    assertThat(convert.out()).contains("graph of 2 layers");
    assertThat(Ternary.run("inspect", back).out())
        .contains("float model with architecture", "grey pictures of 2 x 2");
    // The weights are -1, 0 and 1 as they are; int8 rounds 255 and 51 to themselves.
    Path x = npy("x.npy", Shape.of(1, 2, 2), 255f, 0f, 0f, 51f);
    Path y = folder.resolve("y.npy");
    Ternary run = Ternary.run("run", back, "--input", x, "--output", y);
    assertThat(run.exitCode()).as(run.err()).isZero();
    try (NpyFile result = NpyFile.open(y)) {
      assertThat(result.tensor().toFloatArray()).containsExactly(255, 51);
    }
  }

  /** Each command on a narrow terminal: only words that are longer than a line stick out. */
  @ParameterizedTest
  @ValueSource(ints = {60, 80})
  void everythingFitsTheTerminal(int columns) throws IOException {
    Path x = npy("x.npy", Shape.of(2, 2, 2), new float[8]);
    Path named = folder.resolve("a");
    List<Ternary> runs = new ArrayList<>();
    runs.add(Ternary.within(columns, "quantize", weights("layer4.0.downsample."), "-o", named));
    runs.add(Ternary.within(columns, "inspect", named));
    runs.add(
        Ternary.within(
            columns,
            "quantize",
            model(),
            "-o",
            named,
            "--force",
            "--calibrate",
            x,
            "--keep-float",
            "none"));
    runs.add(Ternary.within(columns, "run", model(), "--input", x));
    runs.add(Ternary.within(columns, "run", model(), x));
    runs.add(Ternary.within(columns, "convert", weights(""), "--arch", "resnet18", "-o", "z"));
    runs.add(Ternary.within(columns, "bench", "kernels", "--shapes", "64x64", "--millis", "1"));
    runs.add(Ternary.within(columns, "bench", "arrays", "--sizes", "1000", "--millis", "1"));
    runs.add(Ternary.within(columns, "doctor"));
    runs.add(Ternary.within(columns, "train"));
    runs.add(Ternary.within(columns, "--help"));
    runs.add(Ternary.within(columns, "quantize", "--help"));
    for (Ternary run : runs) {
      for (String line : (run.out() + run.err()).lines().toList()) {
        boolean word = line.strip().indexOf(' ') < 0;
        assertThat(line.length() <= columns || word).as(line).isTrue();
      }
    }
    assertThat(runs.get(2).out()).contains("error, fitted: output error");
  }
}
