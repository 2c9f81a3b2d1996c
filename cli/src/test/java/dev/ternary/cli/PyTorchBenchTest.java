package dev.ternary.cli;

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
  void refusesNumbersBelowOne() {
    Ternary run = Ternary.run("bench", "pytorch", "--batches", "0");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("--size, --batches and --rounds are 1 or more");
  }
}
