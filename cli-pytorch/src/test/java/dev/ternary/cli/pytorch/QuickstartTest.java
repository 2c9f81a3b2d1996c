package dev.ternary.cli.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.json.JsonObject;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {

  @TempDir private Path folder;

  private Ternary quickstart(Object... more) {
    var args =
        new ArrayList<Object>(
            List.of("quickstart", "--data", folder, "--hidden", "32,16", "--millis", "10"));
    args.addAll(List.of(more));
    return Ternary.run(args.toArray());
  }

  /** The figures that the project promises, on the real data. */
  @Test
  @Tag("long")
  void reachesThePromisedAccuracyAndSizeOnMnist() throws IOException {
    Path out = folder.resolve("report");
    Ternary run = Ternary.run("quickstart", "-o", out, "--millis", "100");
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonObject summary = JsonObject.read(out.resolve("summary.json"));
    assertThat(summary.number("ternary_accuracy")).isGreaterThanOrEqualTo(0.984);
    assertThat(summary.number("float_accuracy")).isGreaterThanOrEqualTo(0.984);
    assertThat(summary.number("float_bytes") / summary.number("ternary_bytes"))
        .isGreaterThanOrEqualTo(15);
    assertThat(summary.number("ternary_float32_same_predictions")).isGreaterThanOrEqualTo(0.9995);
    assertThat(summary.number("ternary_int8_same_predictions")).isGreaterThanOrEqualTo(0.995);
    assertThat(summary.number("ternary_int8_images_per_second")).isPositive();
    assertThat(Files.readString(out.resolve("index.html")))
        .contains("<svg", "data:image/png;base64,", "layer 4", "taken for")
        .doesNotContain("http://", "src=\"http");
    Path floats = out.resolve("float32.safetensors");
    assertThat(ReadmeExample.run(floats, out.resolve("ternary.safetensors"))).isEqualTo(7);
  }

  @Test
  void theSameSeedGivesTheSameModel() throws IOException {
    TinyDigits.write(folder);
    for (String name : new String[] {"a", "b"}) {
      assertThat(quickstart("-o", folder.resolve(name), "--seed", "5", "--epochs", "2").exitCode())
          .isZero();
    }
    assertThat(quickstart("-o", folder.resolve("c"), "--seed", "6", "--epochs", "2").exitCode())
        .isZero();
    String model = "ternary.safetensors";
    assertThat(folder.resolve("a").resolve(model))
        .hasSameBinaryContentAs(folder.resolve("b").resolve(model));
    assertThat(
            Files.mismatch(folder.resolve("a").resolve(model), folder.resolve("c").resolve(model)))
        .isNotEqualTo(-1);
  }

  @Test
  void itsModelRunsOnImagesFromANumpyFile() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    assertThat(quickstart("-o", out, "--epochs", "8").exitCode()).isZero();
    byte[] image = new byte[100];
    Arrays.fill(image, (byte) 25);
    Arrays.fill(image, 40, 50, (byte) 225);
    Path input = folder.resolve("x.npy");
    NpyFile.write(
        input,
        new Tensor(DType.U8, Shape.of(10, 10), MemorySegment.ofArray(image)),
        IfExists.REFUSE);
    Ternary run = Ternary.run("run", out.resolve("ternary.safetensors"), "--input", input);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().skip(2).findFirst().orElse("")).matches(" *0 +4 +.*");
  }

  @Test
  void refusesAFolderThatHoldsAReport() throws IOException {
    TinyDigits.write(folder);
    Path out = folder.resolve("out");
    Files.createDirectory(out);
    Files.writeString(out.resolve("summary.json"), "mine");
    Ternary run = quickstart("-o", out);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("summary.json exists already; --force replaces it");
    assertThat(out.resolve("summary.json")).hasContent("mine");
  }

  @Test
  void saysWhatIsWrongWithData() throws IOException {
    Ternary missing = quickstart("-o", folder.resolve("out"));
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("train-images-idx3-ubyte is missing");
    TinyDigits.write(folder);
    Path images = folder.resolve("train-images-idx3-ubyte");
    byte[] bytes = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(bytes, bytes.length - 7));
    Ternary cut = quickstart("-o", folder.resolve("out"));
    assertThat(cut.exitCode()).isEqualTo(1);
    assertThat(cut.err().lines()).hasSize(1);
    assertThat(cut.err()).contains("train-images-idx3-ubyte at byte");
  }

  @Test
  void refusesNumbersThatMakeNoSense() throws IOException {
    TinyDigits.write(folder);
    assertThat(quickstart("-o", folder.resolve("o"), "--epochs", "0").err())
        .contains("--epochs must be 1 or more");
    assertThat(Ternary.run("quickstart", "--data", folder, "--millis", "-1").err())
        .contains("--millis must be 0 or more, got -1");
    assertThat(Ternary.run("quickstart", "--hidden", "10,x").exitCode()).isEqualTo(2);
    assertThat(Ternary.run("quickstart", "--data", folder, "--fashion", folder).exitCode())
        .isEqualTo(2);
  }
}
