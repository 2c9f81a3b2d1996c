package dev.ternary.cli.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ternary.cli.Main;
import dev.ternary.datasets.CifarData;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.json.JsonObject;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.pytorch.Torch;
import dev.ternary.pytorch.networks.CifarResNet;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainTest {

  private static final String MODEL = "ternary.safetensors";

  @TempDir private Path folder;

  private Object[] mlp(Object... more) {
    var args =
        new ArrayList<Object>(
            List.of(
                "train",
                "mlp",
                "--data",
                folder,
                "--hidden",
                "16",
                "--epochs",
                "3",
                "--shift",
                "0"));
    args.addAll(List.of(more));
    return args.toArray();
  }

  private List<Object> cifar(int depth, Path checkpoint, Path out) {
    return List.of(
        "cifar10", "--depth", depth, "--data", folder, "--checkpoint", checkpoint, "-o", out);
  }

  private static Ternary train(List<?> some, List<?> more) {
    var args = new ArrayList<Object>(List.of("train"));
    args.addAll(some);
    args.addAll(more);
    return Ternary.run(args.toArray());
  }

  private static JsonObject figures(Path out) throws IOException {
    return JsonObject.read(out.resolve("summary.json"));
  }

  @Test
  void aPerceptronLearnsFromItsFloatTwinAndRunsWithoutPyTorch() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    Path json = folder.resolve("figures.json");
    Ternary run =
        Ternary.run(
            mlp("-o", out, "--distill", "0.5", "--json", json, "--float-last", "--batch", "32"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("float32", "ternary", out.resolve(MODEL).toString());
    JsonObject figures = figures(out);
    assertThat(figures.number("float_accuracy")).isEqualTo(1);
    assertThat(figures.number("ternary_accuracy")).isGreaterThan(0.98);
    assertThat(figures.number("packed_same_predictions")).isEqualTo(1);
    assertThat(figures.integer("ternary_weights")).isEqualTo(16 * 100);
    assertThat(figures.number("float_training_images_per_second")).isPositive();
    assertThat(figures.number("ternary_training_images_per_second")).isPositive();
    assertThat(figures.object("settings").string("--distill")).isEqualTo("0.5");
    assertThat(json).hasSameTextualContentAs(out.resolve("summary.json"));
    assertThat(Files.readString(out.resolve("index.html")))
        .contains("<svg", "ternary layer 1", "twn", "train mlp")
        .contains(" images/s", "in training, float and ternary")
        .doesNotContain("http://", "ternary layer 2");
  }

  @Test
  void aConvolutionalNetworkLearns() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    Ternary run =
        train(
            List.of("cnn", "--channels", "4", "--units", "16", "--epochs", "3", "--shift", "0"),
            List.of("--batch", "32", "--no-baseline", "--data", folder, "-o", out));
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonObject figures = figures(out);
    assertThat(figures.number("ternary_accuracy")).isGreaterThan(0.9);
    assertThat(figures.number("packed_same_predictions")).isGreaterThanOrEqualTo(0.99);
    assertThat(figures.has("float_accuracy")).isFalse();
    assertThat(figures.has("float_bytes")).isFalse();
  }

  @Test
  void scalesAreLearnedOneForEachSign() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    Ternary run =
        Ternary.run(
            mlp("--no-baseline", "--learned-scale", "per_sign", "--batch", "32", "-o", out));
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonObject figures = figures(out);
    assertThat(figures.number("ternary_accuracy")).isGreaterThan(0.98);
    assertThat(figures.number("packed_same_predictions")).isEqualTo(1);
    assertThat(figures.object("settings").string("--learned-scale")).isEqualTo("PER_SIGN");
    Ternary groups =
        Ternary.run(mlp("-o", out, "--learned-scale", "shared", "--granularity", "group:4"));
    assertThat(groups.exitCode()).isEqualTo(2);
    assertThat(groups.err())
        .contains(
            "a learned scale is one for the tensor or one a row, got group:4; see --learned-scale");
  }

  @Test
  void eachTrainingHasAFolderOfItsOwnUnlessToldOtherwise() {
    for (String name : List.of("mlp", "cnn", "cifar10")) {
      String help = Ternary.run("train", name, "--help").out().replaceAll("\\s+", " ");
      assertThat(help).contains("checkpoints; default " + name + "-report.");
    }
  }

  @Test
  void aRunThatWasKilledGoesOnToTheSameModelBitForBit() throws IOException {
    TinyDigits.write(folder);
    Path whole = folder.resolve("whole");
    assertThat(Ternary.run(mlp("--no-baseline", "-o", whole)).exitCode()).isZero();
    Path cut = folder.resolve("cut");
    var killer = new Killer("epoch 1 of 3");
    var out = new PrintWriter(new StringWriter(), true);
    String[] words =
        List.of(mlp("--no-baseline", "-o", cut)).stream()
            .map(Object::toString)
            .toArray(String[]::new);
    assertThat(Main.run(words, out, new PrintWriter(killer, true))).isEqualTo(1);
    assertThat(cut.resolve("ternary-checkpoint.safetensors")).exists();
    assertThat(cut.resolve(MODEL)).doesNotExist();

    Ternary refused = Ternary.run(mlp("--no-baseline", "-o", cut));
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .contains("ternary-checkpoint.safetensors is of an earlier run; --resume goes on from it");
    Ternary other = Ternary.run(mlp("--no-baseline", "-o", cut, "--resume", "--seed", "2"));
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains("cannot go on from", "--seed was 1 and is 2 now");

    Ternary resumed = Ternary.run(mlp("--no-baseline", "-o", cut, "--resume"));
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.err())
        .contains("epoch 2 of 3")
        .doesNotContain("epoch 1 of 3", "begins anew");
    assertThat(cut.resolve(MODEL)).hasSameBinaryContentAs(whole.resolve(MODEL));
    assertThat(figures(cut).number("ternary_accuracy"))
        .isEqualTo(figures(whole).number("ternary_accuracy"));
  }

  /** The time of the epochs before the end of the first process is in its checkpoint. */
  @Test
  void aResumedRunReportsTheTimeOfAllEpochs() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    assertThat(Ternary.run(mlp("--no-baseline", "-o", out)).exitCode()).isZero();
    Path checkpoint = out.resolve("ternary-checkpoint.safetensors");
    long trained = Math.round(1e9 * seconds(checkpoint));
    // All epochs are done, so the second run trains none of them.
    Ternary resumed = Ternary.run(mlp("--no-baseline", "-o", out, "--resume"));
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.err()).doesNotContain("epoch 3 of 3");
    assertThat(figures(out).number("ternary_seconds") * 1e9).isGreaterThan((double) trained);
    assertThat(figures(out).number("seconds") * 1e9).isGreaterThan((double) trained);
  }

  /** The last number of each line of the history, which says an epoch's seconds. */
  private static double seconds(Path checkpoint) throws IOException {
    try (var file = SafetensorsFile.open(checkpoint)) {
      return file.metadata().entrySet().stream()
          .filter(entry -> entry.getKey().startsWith("epoch."))
          .mapToDouble(entry -> Double.parseDouble(entry.getValue().split(" ", -1)[3]))
          .sum();
    }
  }

  @Test
  void resumingWithoutACheckpointSaysSo() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    Ternary run = Ternary.run(mlp("--no-baseline", "-o", out, "--resume"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("there is no checkpoint in " + out + "; the training begins anew");
  }

  @Test
  void aNetworkThatHasLearntNothingIsWarnedAbout() throws IOException {
    TinyDigits.write(folder);
    Ternary run =
        Ternary.run(mlp("--no-baseline", "-o", folder.resolve("out"), "--learning-rate", "1e9"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("no more than by chance (10.00 % are of one class)");
    Ternary good = Ternary.run(mlp("--no-baseline", "-o", folder.resolve("good")));
    assertThat(good.err()).doesNotContain("chance");
  }

  @Test
  void theClassesAreThoseOfTheLabels() throws IOException {
    TinyDigits.write(folder, 3);
    Path out = folder.resolve("out");
    Ternary run = Ternary.run(mlp("--no-baseline", "-o", out));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(Files.readString(out.resolve("index.html")))
        .contains("<th>2</th>")
        .doesNotContain("<th>3</th>");
    assertThat(figures(out).number("ternary_accuracy")).isGreaterThan(0.98);
  }

  /** An error stream whose process dies when it is to say something. */
  private static final class Killer extends StringWriter {
    private final String when;
    private boolean done;

    Killer(String when) {
      this.when = when;
    }

    @Override
    public void write(String text, int from, int length) {
      if (!done && text.contains(when)) {
        done = true;
        throw new IllegalStateException("killed");
      }
      super.write(text, from, length);
    }
  }

  @Test
  void trainingThatDivergesSaysWhere() throws IOException {
    TinyDigits.write(folder);
    Ternary run =
        Ternary.run(mlp("--no-baseline", "-o", folder.resolve("out"), "--learning-rate", "1e38"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("training diverged: the loss of step", "the model keeps");
  }

  @Test
  void refusesWhatMakesNoSense() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    Ternary both = Ternary.run(mlp("-o", out, "--resume", "--force"));
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("--resume goes on and --force begins anew");
    assertThat(Ternary.run(mlp("-o", out, "--distill", "2")).err())
        .contains("--distill must be from 0 to 1");
    assertThat(Ternary.run(mlp("-o", out, "--distill", "1", "--no-baseline")).err())
        .contains("--distill needs the float network");
    assertThat(Ternary.run(mlp("-o", out, "--train-images", "5000")).err())
        .contains("--train-images is 5000, but there are only 4000 images");
    assertThat(Ternary.run("train", "cifar10", "--data", folder, "--checkpoint", "none.th").err())
        .contains("is missing; float networks are in pretrained_models");
    assertThat(
            train(
                    List.of("cifar10", "--data", folder, "--teacher", "none.safetensors"),
                    List.of("--checkpoint", Files.createFile(folder.resolve("some.th"))))
                .err())
        .contains("none.safetensors is missing; --teacher names a fine-tuned float network");
    assertThat(Ternary.run("train").exitCode()).isEqualTo(2);
    assertThat(Ternary.run("train").err()).contains("mlp", "cnn", "cifar10");
  }

  @Test
  void refusesAClipAndAWarmUpThatMakeNoSenseByTheirNames() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    Ternary clip = Ternary.run(mlp("--output", out, "--weight-clip", "-1"));
    assertThat(clip.exitCode()).isEqualTo(2);
    assertThat(clip.err()).contains("--weight-clip must be 0 or more, got -1.0");
    assertThat(Ternary.run(mlp("--out", out, "--warmup", "-5")).err())
        .contains("--warmup must be 0 or more, got -5");
    Ternary both = Ternary.run(mlp("-o", out, "--warmup", "5", "--learned-scale", "shared"));
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("--warmup 5 needs --learned-scale none, got shared");
  }

  @Test
  void aResidualNetworkBecomesTernaryStepByStep() throws IOException {
    archive("train.jpeg.tar.gz", "train", 20);
    archive("test.jpeg.tar.gz", "test", 4);
    Path weights = checkpoint();
    Path out = folder.resolve("out");
    var few = new ArrayList<Object>(List.of("--train-images", 192, "--test-images", 40));
    few.addAll(List.of("--packed-images", 10, "--batch", 8, "--epochs", 3, "--early-stop", 2));
    Ternary run = train(cifar(8, weights, out), few);
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonObject figures = figures(out);
    for (String key :
        List.of("float", "post_training", "statistics", "float_tuned", "ternary_tuned")) {
      assertThat(figures.number(key + "_accuracy")).as(key).isBetween(0.0, 1.0);
    }
    assertThat(figures.number("ternary_tuned_accuracy")).isGreaterThan(0.2);
    assertThat(figures.number("packed_same_predictions")).isGreaterThanOrEqualTo(0.9);
    assertThat(figures.number("float_bytes") / figures.number("ternary_bytes")).isGreaterThan(5);
    assertThat(Files.readString(out.resolve("index.html")))
        .contains("ResNet-8", "airplane", "ternary layer 6", "(b) ternary");

    Path again = folder.resolve("again");
    var withTeacher = new ArrayList<Object>(few);
    withTeacher.addAll(List.of("--teacher", out.resolve("float-tuned.safetensors")));
    Ternary taught = train(cifar(8, weights, again), withTeacher);
    assertThat(taught.exitCode()).as(taught.err()).isZero();
    assertThat(again.resolve(MODEL)).hasSameBinaryContentAs(out.resolve(MODEL));

    Ternary deeper = train(cifar(20, weights, folder.resolve("deeper")), few);
    assertThat(deeper.exitCode()).isEqualTo(1);
    assertThat(deeper.err())
        .contains("--depth 20 must be the depth of this network", "ResNet-18", "akamaster");
  }

  @Test
  void withoutTrainingItStopsAfterTheFit() throws IOException {
    archive("train.jpeg.tar.gz", "train", 4);
    archive("test.jpeg.tar.gz", "test", 1);
    Path out = folder.resolve("out");
    Ternary run = train(cifar(8, checkpoint(), out), List.of("--no-training"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(figures(out).has("ternary_tuned_accuracy")).isFalse();
    assertThat(figures(out).number("packed_same_predictions")).isEqualTo(1);
    // Random weights lose about a fifth of their squares; compared with themselves they lost none.
    String page = Files.readString(out.resolve("index.html"));
    assertThat(page)
        .contains("the weights of the float32 checkpoint")
        .doesNotContain("<td data-label=\"squared error\">0.00 %");
    assertThat(out.resolve("ternary-checkpoint.safetensors")).doesNotExist();
  }

  /** The weights of a small float network that has learnt nothing yet. */
  private Path checkpoint() throws IOException {
    Torch.start(1).setRandomSeed(3);
    Path file = folder.resolve("resnet8.safetensors");
    try (Model model = Model.newInstance("resnet8", "PyTorch")) {
      var net = CifarResNet.network(8, Optional.empty());
      model.setBlock(net);
      net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, 32, 32));
      SafetensorsWriter.write(file, CifarResNet.state(net), Map.of(), IfExists.REPLACE);
    }
    return file;
  }

  /** Images of one colour a class in a tar archive, written by hand. */
  private void archive(String name, String set, int imagesOfAClass) throws IOException {
    var random = new SplittableRandom(imagesOfAClass);
    try (var out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
      for (int label = 0; label < CifarData.CLASSES.size(); label++) {
        for (int i = 0; i < imagesOfAClass; i++) {
          byte[] jpeg = jpeg(label, random);
          byte[] header = new byte[512];
          put(header, 0, set + "/" + CifarData.CLASSES.get(label) + "/" + i + ".jpg");
          String octal = Integer.toOctalString(jpeg.length);
          put(header, 124, "0".repeat(11 - octal.length()) + octal);
          put(header, 148, " ".repeat(8));
          int sum = 0;
          for (byte b : header) {
            sum += b & 0xff;
          }
          put(header, 148, Integer.toOctalString(sum) + "\0");
          out.write(header);
          out.write(jpeg);
          out.write(new byte[(512 - jpeg.length % 512) % 512]);
        }
      }
      out.write(new byte[1024]);
    }
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static byte[] jpeg(int label, SplittableRandom random) throws IOException {
    var image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 32 * 32; i++) {
      int dark = (label >= 8 ? 40 : 0) + random.nextInt(15);
      int red = 200 * (label & 1) + dark;
      int green = 100 * (label & 2) + dark;
      int blue = 50 * (label & 4) + dark;
      image.setRGB(i % 32, i / 32, new Color(red, green, blue).getRGB());
    }
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", bytes);
    return bytes.toByteArray();
  }
}
