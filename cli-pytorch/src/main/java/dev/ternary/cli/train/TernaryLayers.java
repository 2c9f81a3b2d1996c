package dev.ternary.cli.train;

import ai.djl.nn.Block;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.pytorch.layers.TernaryWeights;
import dev.ternary.quant.QuantizationReport;
import dev.ternary.quant.Quantized;
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

  /** A network that was trained from the start: compared with its shadow weights. */
  static TernaryLayers of(Block network) {
    return of(network, shadows(network));
  }

  /**
   * A network that was made of another.
   *
   * @param before the weights of the other's layers, in the network's order
   */
  static TernaryLayers of(Block network, List<float[]> before) {
    List<TernaryWeight> weights = TernaryWeights.of(network);
    var reports = new ArrayList<QuantizationReport>();
    for (int i = 0; i < weights.size(); i++) {
      Quantized now = weights.get(i).quantized("ternary layer " + (i + 1));
      float[] values = now.matrix().toFloatArray();
      reports.add(now.report().withRelativeSquaredError(relativeError(before.get(i), values)));
    }
    var histograms = new ArrayList<WeightHistogram>();
    int shown = Math.min(MOST_HISTOGRAMS, reports.size());
    for (int i = 0; i < shown; i++) {
      int layer = shown == 1 ? 0 : i * (reports.size() - 1) / (shown - 1);
      QuantizationReport report = reports.get(layer);
      histograms.add(WeightHistogram.of(report.name(), before.get(layer), report.counts()));
    }
    return new TernaryLayers(reports, histograms);
  }

  /** The weights that training changes, of all ternary layers. */
  static List<float[]> shadows(Block network) {
    return TernaryWeights.of(network).stream().map(w -> w.shadow().toFloatArray()).toList();
  }

  /** The squared differences as a share of the squares of {@code before}. */
  static double relativeError(float[] before, float[] after) {
    double error = 0;
    double energy = 0;
    for (int i = 0; i < before.length; i++) {
      double difference = (double) before[i] - after[i];
      error += difference * difference;
      energy += (double) before[i] * before[i];
    }
    return energy == 0 ? 0 : error / energy;
  }

  long weights() {
    return reports.stream().mapToLong(r -> r.counts().total()).sum();
  }

  double zeroShare() {
    return (double) reports.stream().mapToLong(r -> r.counts().zeros()).sum()
        / Math.max(1, weights());
  }
}
