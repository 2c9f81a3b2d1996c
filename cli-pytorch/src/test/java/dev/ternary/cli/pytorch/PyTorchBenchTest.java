package dev.ternary.cli.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
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
    var results = new ObjectMapper().readTree(json.toFile()).get("results");
    var layers = new ArrayList<String>();
    results.forEach(result -> {
      assertThat(result.get("best_nanos").asDouble()).isPositive();
      layers.add(result.get("batch") + " " + result.get("layer").asText());
    });
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
    var results = new ObjectMapper().readTree(json.toFile()).get("results");
    assertThat(results).hasSize(7);
    results.forEach(result -> {
      assertThat(result.get("float32_nanos").asDouble()).isPositive();
      assertThat(result.get("throughput_of_float32").asDouble())
          .isEqualTo(
              result.get("float32_nanos").asDouble() / result.get("ternary_nanos").asDouble());
    });
  }

  @Test
  void refusesNumbersBelowOne() {
    Ternary run = Ternary.run("bench", "pytorch", "--batches", "0");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("--size, --batches and --rounds are 1 or more");
  }
}
