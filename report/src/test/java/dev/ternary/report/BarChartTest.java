package dev.ternary.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BarChartTest {

  private static final BarChart CHART =
      new BarChart(
          "a < b",
          List.of(
              new BarChart.Group(
                  "first",
                  List.of(new BarChart.Bar("x", 10, "ten"), new BarChart.Bar("y", 5, "five"))),
              new BarChart.Group("second", List.of(new BarChart.Bar("x", 1, "one & only")))));

  @Test
  void aBarIsAsLongAsItsShareOfTheLongestInItsGroup() {
    assertThat(CHART.svg().lines().filter(line -> line.startsWith("<rect x=\"150\"")))
        .extracting(line -> line.replaceAll(".* width=\"([0-9]+)\".*", "$1"))
        .containsExactly("520", "260", "520");
  }

  @Test
  void barsOfOneNameHaveOneColour() {
    List<String> colours =
        CHART
            .svg()
            .lines()
            .filter(line -> line.startsWith("<rect x=\"150\""))
            .map(line -> line.replaceAll(".*fill=\"(.*?)\".*", "$1"))
            .toList();
    assertThat(colours.get(0)).isEqualTo(colours.get(2)).isNotEqualTo(colours.get(1));
  }

  @Test
  void textIsMadeSafe() {
    assertThat(CHART.svg()).contains("a &lt; b", "one &amp; only").doesNotContain("a < b");
  }
}
