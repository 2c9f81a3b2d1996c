package dev.ternary.cli.train;

import dev.ternary.quant.QuantizationReport;
import dev.ternary.report.ConfusionMatrix;
import dev.ternary.report.LineChart;
import dev.ternary.report.Numbers;
import dev.ternary.report.Page;
import dev.ternary.report.Tile;
import dev.ternary.report.WeightHistogram;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * All that a training shows.
 *
 * @param title names network and data
 * @param lead one sentence on what was done
 * @param tiles the numbers that matter most
 * @param steps the networks that were measured, in order
 * @param curves the trainings
 * @param layers what became of each ternary layer
 * @param before which weights the histograms and errors are of
 * @param histograms weights of some of them
 * @param confusion test images by true and predicted class
 * @param footer how it was made: command, machine, versions
 */
public record TrainReport(
    String title,
    String lead,
    List<Tile> tiles,
    List<Step> steps,
    List<Curve> curves,
    List<QuantizationReport> layers,
    String before,
    List<WeightHistogram> histograms,
    ConfusionMatrix confusion,
    List<String> footer) {

  private static final List<String> COLOURS = List.of("var(--a)", "var(--b)", "var(--good)");

  /** Copies the lists. */
  public TrainReport {
    tiles = List.copyOf(tiles);
    steps = List.copyOf(steps);
    curves = List.copyOf(curves);
    layers = List.copyOf(layers);
    histograms = List.copyOf(histograms);
    footer = List.copyOf(footer);
  }

  /** Names of the columns of {@link #stepRows}. */
  public static List<String> stepHeader() {
    return List.of("network", "test accuracy", "took");
  }

  /** One row a step. */
  public List<List<String>> stepRows() {
    return steps.stream()
        .map(s ->
            List.of(s.name(), Numbers.percent(s.accuracy()), Numbers.fixed(s.seconds(), 1) + " s"))
        .toList();
  }

  /** The whole page. */
  public String html() {
    var page = new Page(title, lead).tiles(tiles).section("Accuracy step by step");
    page.table(stepHeader(), stepRows());
    if (curves.stream().anyMatch(c -> !c.history().isEmpty())) {
      page.section("Learning")
          .charts(
              List.of(
                  chart("Training loss", EpochPoint::loss),
                  chart("Accuracy after each epoch in %", p -> 100 * p.testAccuracy())));
    }
    page.section("Ternary layers").layers(layers);
    page.section("Weights before and after")
        .note(
            "Left "
                + before
                + ", with which the errors above compare, right the share of each trit in the"
                + " packed file.")
        .histograms(histograms);
    page.section("What is taken for what").confusion(confusion);
    page.section("How it was made");
    footer.forEach(page::note);
    return page.html();
  }

  private LineChart chart(String title, ToDoubleFunction<EpochPoint> value) {
    var lines = new ArrayList<LineChart.Line>();
    for (Curve curve : curves) {
      List<Double> values =
          curve.history().stream().map(value::applyAsDouble).filter(Double::isFinite).toList();
      lines.add(
          new LineChart.Line(curve.name(), COLOURS.get(lines.size() % COLOURS.size()), values));
    }
    return new LineChart(title, lines);
  }
}
