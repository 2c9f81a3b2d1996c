package dev.ternary.cli.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsBenchTest {

  @Test
  void comparesNetworksWithLibtorchAndWritesJson(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("m.json");
    Ternary run =
        Ternary.run(
            "bench",
            "models",
            "--models",
            "lenet,mlp",
            "--batch",
            "1,3",
            "--kernels",
            "scalar",
            "--millis",
            "1",
            "--json",
            json);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("libtorch 2.7.1, 1 thread; random weights of seed 1")
        .contains("the quickstart's MLP, 784-256-256-256-10, batch 3", "LeNet", "x libtorch");
    JsonObject figures = JsonObject.read(json);
    assertThat(figures.string("cpu")).isNotEmpty();
    assertThat(figures.string("libtorch")).isEqualTo("2.7.1");
    List<JsonObject> results = figures.objects("results");
    var rows = new ArrayList<String>();
    for (JsonObject result : results) {
      rows.add(
          String.join(
              " ",
              result.string("model"),
              String.valueOf(result.whole("batch")),
              result.string("kernel"),
              result.string("activations")));
      assertThat(result.number("cpu_nanos_per_image")).isPositive();
      assertThat(result.number("wall_median_nanos_per_image"))
          .isGreaterThanOrEqualTo(result.number("wall_nanos_per_image"));
      assertThat(result.number("times_libtorch")).isPositive();
      double bound = result.string("activations").equals("int8") ? 0.2 : 1e-3;
      assertThat(result.number("difference")).isBetween(0.0, bound);
    }
    assertThat(rows)
        .containsExactly(
            "mlp 1 libtorch float32",
            "mlp 1 scalar int8",
            "mlp 1 scalar float32",
            "mlp 3 libtorch float32",
            "mlp 3 scalar int8",
            "mlp 3 scalar float32",
            "lenet 1 libtorch float32",
            "lenet 1 scalar int8",
            "lenet 1 scalar float32",
            "lenet 3 libtorch float32",
            "lenet 3 scalar int8",
            "lenet 3 scalar float32");
  }

  @Test
  void networksOfLargeImagesHaveBatchesOfTheirOwn() {
    Ternary run =
        Ternary.run(
            "bench",
            "models",
            "--models",
            "mobilenetv2,resnet20",
            "--batch",
            "2",
            "--batch-224",
            "1",
            "--millis",
            "1");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("MobileNetV2, batch 1", "ResNet-20, batch 2")
        .doesNotContain("MobileNetV2, batch 2", "MobileNetV2, batch 8", "ResNet-18");
  }

  @Test
  void refusesWhatMeasuresNothing() {
    refuses(
        "--models: no network 'alexnet'; known: mlp, lenet, resnet20, resnet18, mobilenetv2",
        "--models",
        "mlp,alexnet");
    refuses("--batch must be 1 or more, got 0", "--batch", "1,0");
    refuses("--batch-224 must be 1 or more, got -1", "--batch-224", "-1");
    refuses("--threads must be 1 or more, got 0", "--threads", "0");
    refuses("--millis must be 1 or more, got 0", "--millis", "0");
    refuses("--kernels: no kernel 'abacus'; known: ", "--kernels", "abacus");
  }

  private static void refuses(String message, String option, String value) {
    Ternary run = Ternary.run("bench", "models", option, value);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void refusesAFileThatIsThereBeforeItMeasures(@TempDir Path folder) throws Exception {
    Path json = Files.writeString(folder.resolve("m.json"), "mine");
    Ternary run = Ternary.run("bench", "models", "--json", json);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(json).hasContent("mine");
  }
}
