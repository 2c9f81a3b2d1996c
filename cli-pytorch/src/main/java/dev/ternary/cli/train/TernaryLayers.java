package dev.ternary.cli.train;

import ai.djl.nn.Block;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.pytorch.layers.TernaryWeights;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.report.WeightHistogram;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of the ternary layers of a network.
 *
 * @param reports one for each layer, in the network's order
 * @param histograms of the weights of some of them
 */
record TernaryLayers(List<QuantizationReport> reports, List<WeightHistogram> histograms) {

  private static final int MOST_HISTOGRAMS = 12;

  /** Copies the lists. */
  TernaryLayers {
    reports = List.copyOf(reports);
    histograms = List.copyOf(histograms);
  }

  static TernaryLayers of(Block network) {
    List<TernaryWeight> weights = TernaryWeights.of(network);
    var reports = new ArrayList<QuantizationReport>();
    for (TernaryWeight weight : weights) {
      reports.add(weight.quantized("ternary layer " + (reports.size() + 1)).report());
    }
    var histograms = new ArrayList<WeightHistogram>();
    int shown = Math.min(MOST_HISTOGRAMS, reports.size());
    for (int i = 0; i < shown; i++) {
      int layer = shown == 1 ? 0 : i * (reports.size() - 1) / (shown - 1);
      QuantizationReport report = reports.get(layer);
      histograms.add(
          WeightHistogram.of(
              report.name(), weights.get(layer).shadow().toFloatArray(), report.counts()));
    }
    return new TernaryLayers(reports, histograms);
  }

  long weights() {
    return reports.stream().mapToLong(r -> r.counts().total()).sum();
  }

  double zeroShare() {
    return (double) reports.stream().mapToLong(r -> r.counts().zeros()).sum()
        / Math.max(1, weights());
  }
}
