package dev.ternary.cli.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PyTorchBenchTest {

  @Test
  void comparesTheLayersAndWritesJson(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("b.json");
    Ternary run =
        Ternary.run(
            "bench",
            "pytorch",
            "--size",
            "64",
            "--batches",
            "2,3",
            "--rounds",
            "1",
            "--json",
            json);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("64x64, batch 2", "64x64, batch 3", "TernaryLinear");
    List<JsonObject> results = JsonObject.read(json).objects("results");
    var layers = new ArrayList<String>();
    for (JsonObject result : results) {
      assertThat(result.number("best_nanos")).isPositive();
      layers.add(result.whole("batch") + " " + result.string("layer"));
    }
    assertThat(layers).contains("2 float32", "2 TernaryLinear", "3 float32", "3 TernaryLinear");
  }

  @Test
  void comparesTrainingStepsOfLinearLayersAndConvolutions(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("t.json");
    Ternary run =
        Ternary.run(
            "bench",
            "pytorch",
            "--training",
            "--size",
            "8",
            "--batches",
            "4",
            "--rounds",
            "1",
            "--json",
            json);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("training steps, batch 4", "linear 8x8, absmean", "convolution 3x3, 64 channels");
    List<JsonObject> results = JsonObject.read(json).objects("results");
    assertThat(results).hasSize(7);
    for (JsonObject result : results) {
      assertThat(result.number("float32_nanos")).isPositive();
      assertThat(result.number("throughput_of_float32"))
          .isEqualTo(result.number("float32_nanos") / result.number("ternary_nanos"));
    }
  }

  @Test
  void refusesNumbersBelowOne() {
    Ternary run = Ternary.run("bench", "pytorch", "--batches", "0");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("--size, --batches and --rounds are 1 or more");
  }
}
