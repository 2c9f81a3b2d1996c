package dev.ternary.cli.quantize;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.nn.quantize.LayerReport;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.report.Numbers;
import java.util.ArrayList;
import java.util.List;

/**
 * Shows what became of weights: one table, and under it what its columns mean.
 *
 * @param terminal where it goes
 */
record LossReport(Terminal terminal) {

  private static final int ROWS_SHOWN = 4;

  /** Of weights that were taken by themselves. */
  void ofWeights(List<QuantizationReport> reports) {
    var rows = new ArrayList<List<String>>();
    for (QuantizationReport r : reports) {
      rows.add(
          List.of(
              r.name(),
              r.shape().toString(),
              Numbers.percent(r.counts().zeroShare()),
              Numbers.bytes(r.packedBytes()),
              Numbers.percent(r.relativeSquaredError())));
    }
    terminal.table(List.of("tensor", "shape", "zeros", "packed", "error"), rows);
    terminal.line("error: squared error of the weights, in percent of their squares");
    zeroRows(reports);
  }

  /**
   * Of layers that were fitted to samples, whose weights may be far from the float ones where their
   * outputs are near.
   */
  void ofOutputs(List<LayerReport> layers) {
    var rows = new ArrayList<List<String>>();
    for (LayerReport layer : layers) {
      QuantizationReport weights = layer.weights();
      rows.add(
          List.of(
              layer.layer(),
              weights.shape().toString(),
              Numbers.percent(weights.counts().zeroShare()),
              Numbers.bytes(weights.packedBytes()),
              layer.outputs().map(o -> Numbers.percent(o.before())).orElse("not fitted"),
              layer.outputs().map(o -> Numbers.percent(o.after())).orElse("not fitted")));
    }
    terminal.table(List.of("layer", "shape", "zeros", "packed", "error", "fitted"), rows);
    terminal.line(
        "error, fitted: output error of each layer on the samples, in percent of the squares of its"
            + " float outputs, before and after it was fitted");
    zeroRows(layers.stream().map(LayerReport::weights).toList());
  }

  /** Rows of weights that became all zero answer nothing. */
  private void zeroRows(List<QuantizationReport> reports) {
    List<String> dead = new ArrayList<>();
    for (QuantizationReport report : reports) {
      int count = report.zeroRows().size();
      if (count > ROWS_SHOWN) {
        dead.add(report.name() + " " + count + " rows from " + report.zeroRows().getFirst());
      } else if (count > 0) {
        dead.add(report.name() + " " + report.zeroRows());
      }
    }
    if (!dead.isEmpty()) {
      terminal.line("rows whose weights are all 0: " + String.join(", ", dead));
    }
  }
}
