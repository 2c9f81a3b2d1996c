package dev.ternary.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LineChartTest {

  private static List<String> labels(double low, double high) {
    return LineChart.ticks(low, high).stream()
        .map(tick -> LineChart.label(tick, low, high))
        .toList();
  }

  @Test
  void ticksAreRound() {
    assertThat(labels(0.003, 0.36)).containsExactly("0.1", "0.2", "0.3");
    assertThat(labels(95.9, 98.1)).containsExactly("96.0", "96.5", "97.0", "97.5", "98.0");
    assertThat(labels(0, 100)).containsExactly("0", "20", "40", "60", "80", "100");
    assertThat(labels(-0.0021, 0.0021))
        .containsExactly("-0.002", "-0.001", "0.000", "0.001", "0.002");
  }

  @Test
  void aCurveOfOneValueHasAxesToo() {
    var line = new LineChart.Line("float32", "red", List.of(0.5));
    assertThat(new LineChart("loss", List.of(line)).svg()).contains("0.5", "<circle");
  }
}
