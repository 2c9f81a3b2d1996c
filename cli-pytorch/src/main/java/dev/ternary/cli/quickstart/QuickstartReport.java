package dev.ternary.cli.quickstart;

import dev.ternary.cli.train.EpochPoint;
import dev.ternary.report.ConfusionMatrix;
import dev.ternary.report.ImageTile;
import dev.ternary.report.LineChart;
import dev.ternary.report.Numbers;
import dev.ternary.report.Page;
import dev.ternary.report.Tile;
import dev.ternary.report.WeightHistogram;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * All that the quickstart shows.
 *
 * @param dataset name of the data
 * @param network shape of the network, such as {@code 784-256-256-256-10}
 * @param variants float32 first, ternary after it
 * @param floatHistory training of the float network
 * @param ternaryHistory training of the ternary network
 * @param confusion test images by true and predicted class
 * @param histograms one a ternary layer
 * @param mistakes test images that the ternary network gets wrong
 * @param seconds time from start to end
 * @param footer how it was made: command, machine, versions
 */
public record QuickstartReport(
    String dataset,
    String network,
    List<Variant> variants,
    List<EpochPoint> floatHistory,
    List<EpochPoint> ternaryHistory,
    ConfusionMatrix confusion,
    List<WeightHistogram> histograms,
    List<ImageTile> mistakes,
    double seconds,
    String footer) {

  /** Copies the lists. */
  public QuickstartReport {
    variants = List.copyOf(variants);
    floatHistory = List.copyOf(floatHistory);
    ternaryHistory = List.copyOf(ternaryHistory);
    histograms = List.copyOf(histograms);
    mistakes = List.copyOf(mistakes);
  }

  /** The variants as header and rows of text. */
  public static List<String> variantHeader() {
    return List.of("network", "accuracy", "file", "one image", "images/s", "agrees");
  }

  /** One row a variant, in letters that every terminal has. */
  public List<List<String>> variantRows() {
    return variantRows("us");
  }

  private List<List<String>> variantRows(String micros) {
    return variants.stream()
        .map(v ->
            List.of(
                v.name(),
                Numbers.percent(v.accuracy()),
                Numbers.bytes(v.bytes()),
                Numbers.fixed(v.latencyMicros(), 1) + " " + micros,
                Numbers.count(Math.round(v.imagesPerSecond())),
                Numbers.percent(v.agreement())))
        .toList();
  }

  /** The whole page. */
  public String html() {
    return new Page(
            dataset + " with weights -1, 0 and +1",
            "A network of "
                + network
                + " units, trained twice: with float32 weights, and with ternary weights through"
                + " the straight-through estimator.")
        .tiles(tiles())
        .table(variantHeader(), variantRows("\u00b5s"))
        .note(
            "Accuracy on all test images; agrees: predicts what the trained network does in libtorch. Times on a"
                + " warm JVM, the median of many calls.")
        .section("Learning")
        .charts(
            List.of(
                chart("Training loss", EpochPoint::loss),
                chart("Test accuracy in %", p -> 100 * p.testAccuracy())))
        .section("Weights before and after")
        .note(
            "Left the shadow weights of training, right the share of each trit in the packed"
                + " file.")
        .histograms(histograms)
        .section("What is taken for what")
        .confusion(confusion)
        .section("Images it gets wrong")
        .note(mistakes.size() + " of " + Numbers.count(confusion.wrong()) + " are shown.")
        .images(mistakes)
        .note(footer)
        .html();
  }

  private List<Tile> tiles() {
    Variant floats = variants.getFirst();
    Variant ternary = variants.getLast();
    return List.of(
        new Tile(Numbers.percent(ternary.accuracy()), "ternary test accuracy"),
        new Tile(Numbers.percent(floats.accuracy()), "float32 test accuracy"),
        new Tile(
            Numbers.fixed((double) floats.bytes() / ternary.bytes(), 1) + " x",
            "smaller file: "
                + Numbers.bytes(ternary.bytes())
                + " instead of "
                + Numbers.bytes(floats.bytes())),
        new Tile(
            Numbers.fixed(floats.latencyMicros() / ternary.latencyMicros(), 1) + " x",
            "faster for one image: "
                + Numbers.fixed(ternary.latencyMicros(), 1)
                + " \u00b5s instead of "
                + Numbers.fixed(floats.latencyMicros(), 1)
                + " \u00b5s"),
        new Tile(Numbers.fixed(seconds, 0) + " s", "for all of this"));
  }

  private LineChart chart(String title, ToDoubleFunction<EpochPoint> value) {
    return new LineChart(
        title,
        List.of(
            line("float32", "var(--a)", floatHistory, value),
            line("ternary", "var(--b)", ternaryHistory, value)));
  }

  private static LineChart.Line line(
      String name, String colour, List<EpochPoint> history, ToDoubleFunction<EpochPoint> value) {
    List<Double> values = history.stream().map(value::applyAsDouble).toList();
    return new LineChart.Line(name, colour, values);
  }
}
