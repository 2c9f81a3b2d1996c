package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArraysBenchTest {

  @TempDir private Path directory;

  @Test
  void measuresArraysAndWritesTheFigures() throws Exception {
    Path json = directory.resolve("arrays.json");

    Ternary run =
        Ternary.run(
            "bench", "arrays", "--sizes", "1000", "--rounds", "1", "--millis", "5", "--json", json);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("1 000 trits").contains("add, fresh");
    List<JsonObject> results = JsonObject.read(json).objects("results");
    assertThat(results).hasSize(24);
    for (JsonObject result : results) {
      assertThat(result.number("best_nanos")).isPositive();
      assertThat(result.number("gtrits_per_second")).isPositive();
    }
  }

  @Test
  void replacesAFileOnlyWhenForced() throws Exception {
    Path json = directory.resolve("arrays.json");
    Files.writeString(json, "mine");

    Ternary refused =
        Ternary.run(
            "bench", "arrays", "--sizes", "1000", "--rounds", "1", "--millis", "5", "--json", json);

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.err()).contains("arrays.json").contains("--force replaces it");
    assertThat(json).hasContent("mine");
    Ternary forced =
        Ternary.run(
            "bench",
            "arrays",
            "--sizes",
            "1000",
            "--rounds",
            "1",
            "--millis",
            "5",
            "--force",
            "--json",
            json);
    assertThat(forced.exitCode()).as(forced.err()).isZero();
    assertThat(json).content().contains("gtrits_per_second");
  }

  @Test
  void refusesSizesAndRoundsThatAreNone() {
    Ternary size = Ternary.run("bench", "arrays", "--sizes", "0");
    assertThat(size.exitCode()).isNotZero();
    assertThat(size.err()).contains("a size is 1 trit or more, got 0");
    Ternary rounds = Ternary.run("bench", "arrays", "--rounds", "0");
    assertThat(rounds.err()).contains("--rounds is 1 or more, got 0");
    Ternary millis = Ternary.run("bench", "arrays", "--millis", "-1");
    assertThat(millis.err()).contains("--millis is 0 or more, got -1");
  }

  @Test
  void benchAloneListsWhatCanBeMeasured() {
    assertThat(Ternary.run("bench").err()).contains("arrays");
  }
}
