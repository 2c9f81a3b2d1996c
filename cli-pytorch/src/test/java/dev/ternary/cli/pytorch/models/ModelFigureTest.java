package dev.ternary.cli.pytorch.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.cli.pytorch.models.ModelFigure.Contender;
import dev.ternary.cli.terminal.Terminal;
import dev.ternary.measure.Stopwatch;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelFigureTest {

  private static ModelFigure figure(String kernel, String activations, double nanos) {
    var sample =
        new Stopwatch.Sample(
            9,
            new Stopwatch.Times(nanos, 2 * nanos),
            new Stopwatch.Times(3 * nanos, 4 * nanos),
            0,
            true);
    return new ModelFigure(new Contender(kernel, activations), 100, sample, 12.345, 0.001234);
  }

  @Test
  void givesTimesOfAnImage() {
    assertThat(figure("scalar", "int8", 164_000_000).row())
        .containsExactly("scalar, int8", "1.64 ms", "4.92 ms", "12.35x", "0.1234 %");
    assertThat(figure("scalar", "int8", 1234).row().get(1)).isEqualTo("0.01 us");
    assertThat(figure("scalar", "int8", 12_345_678).row().get(1)).isEqualTo("123.5 us");
  }

  @Test
  void aTableFitsTerminalsOf60And80Columns() {
    var rows =
        List.of(
            figure("libtorch", "float32", 164_000_000).row(),
            figure("x86-avx512-vnni", "int8", 12_345_678_000.0).row(),
            figure("x86-avx512-vnni", "float32", 98_765_432_100.0).row());
    for (int columns : new int[] {60, 80}) {
      var text = new StringWriter();
      var terminal =
          new Terminal(new PrintWriter(text), new PrintWriter(new StringWriter()), false)
              .withColumns(columns);
      terminal.table(ModelFigure.HEADER, rows);
      assertThat(text.toString().lines().toList())
          .as("%s columns", columns)
          .hasSizeGreaterThanOrEqualTo(4)
          .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
      assertThat(text.toString()).contains("x libtorch", "12.35x", "0.1234 %");
    }
  }
}
