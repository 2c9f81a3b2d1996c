package dev.ternary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.formats.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class KernelsBenchTest {

  @Test
  void printsATableAndWritesTheSameNumbersInThreeForms(@TempDir Path dir) throws Exception {
    Path json = dir.resolve("b.json");
    Path csv = dir.resolve("b.csv");
    Path svg = dir.resolve("b.svg");
    Ternary run =
        Ternary.run(
            "bench",
            "kernels",
            "--shapes",
            "64x96,33x50",
            "--tokens",
            "1,3",
            "--millis",
            "5",
            "--json",
            json,
            "--csv",
            csv,
            "--svg",
            svg);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("64x96, 1 token", "33x50, 3 tokens", "scalar");
    List<JsonObject> measurements = JsonObject.read(json).objects("measurements");
    assertThat(measurements.size()).isGreaterThanOrEqualTo(4);
    for (JsonObject m : measurements) {
      assertThat(m.number("gmacs")).isPositive();
      assertThat(m.number("medianNanos")).isGreaterThanOrEqualTo(m.number("bestNanos"));
      // Those that were not steady after all the time that there is are named.
      if (!m.bool("steady")) {
        assertThat(run.err()).contains(m.string("contender") + " was not steady after ten times");
      }
    }
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(measurements.size() + 1);
    assertThat(lines.getFirst()).startsWith("contender,rows,cols,tokens,threads,");
    assertThat(lines.getFirst()).endsWith(",steady");
    assertThat(bars(svg)).isEqualTo(measurements.size());
  }

  /** Rectangles but for the background. */
  private static int bars(Path svg) throws Exception {
    var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    var document = builder.parse(new InputSource(new StringReader(Files.readString(svg))));
    return document.getElementsByTagName("rect").getLength() - 1;
  }

  @Test
  void measuresOnlyTheKernelsThatWereAskedFor() {
    Ternary run =
        Ternary.run(
            "bench",
            "kernels",
            "--kernels",
            "scalar",
            "--shapes",
            "8x8",
            "--tokens",
            "1",
            "--millis",
            "1");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("scalar").doesNotContain("x86", "vector");
  }

  @Test
  void refusesAShapeThatIsNone() {
    for (String shape : new String[] {"12", "3x", "0x5", "axb", "1x2x3"}) {
      Ternary run = Ternary.run("bench", "kernels", "--shapes", "8x8," + shape);
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err())
          .contains("a shape looks like 2560x6912, positive rows and columns; got '" + shape + "'");
    }
  }

  @Test
  void refusesNumbersThatMeasureNothing() {
    refuses("--tokens must be 1 or more, got -1", "--tokens", "1,-1");
    refuses("--threads must be 1 or more, got 0", "--threads", "0");
    refuses("--millis must be 1 or more, got 0", "--millis", "0");
    refuses("--stream must be 0 to 1310719 MiB, got -1", "--stream", "-1");
    refuses("--stream must be 0 to 1310719 MiB, got 1310720", "--stream", "1310720");
  }

  @Test
  void refusesAKernelThatNobodyHasAndNamesThoseThatAre() {
    refuses("--kernels: no kernel 'abacus'; known: ", "--kernels", "scalar,abacus");
    assertThat(Ternary.run("bench", "kernels", "--kernels", "abacus").err())
        .contains("vector", "scalar");
  }

  private static void refuses(String message, String option, String value) {
    Ternary run = Ternary.run("bench", "kernels", "--shapes", "8x8", option, value);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message).doesNotContain("\tat ");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void refusesALibraryThatIsNotThere(@TempDir Path dir) throws IOException {
    Path missing = dir.resolve("libopenblas.so");
    Ternary run = Ternary.run("bench", "kernels", "--shapes", "8x8", "--openblas", missing);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("libopenblas.so");
  }

  @Test
  void benchAloneListsItsCommands() {
    Ternary run = Ternary.run("bench");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("kernels");
  }
}
