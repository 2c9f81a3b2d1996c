package dev.ternary.cli.report;

import dev.ternary.cli.terminal.Numbers;
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
    return List.of("network", "test accuracy", "file", "one image", "images/s", "same predictions");
  }

  /** One row a variant. */
  public List<List<String>> variantRows() {
    return variants.stream()
        .map(v ->
            List.of(
                v.name(),
                Numbers.percent(v.accuracy()),
                Numbers.bytes(v.bytes()),
                Numbers.fixed(v.latencyMicros(), 1) + " us",
                Numbers.count(Math.round(v.imagesPerSecond())),
                Numbers.percent(v.agreement())))
        .toList();
  }

  /** The whole page. */
  public String html() {
    String title = dataset + " with weights -1, 0 and +1";
    var body = new StringBuilder();
    body.append("<h1>" + Html.escape(title) + "</h1><p class=\"lead\">");
    body.append("A network of " + Html.escape(network) + " units, trained twice: with float32");
    body.append(" weights, and with ternary weights through the straight-through estimator.</p>");
    tiles(body);
    variantTable(body);
    curves(body);
    body.append("<h2>Weights before and after</h2><p class=\"soft\">Left the shadow weights of");
    body.append(
        " training, right the share of each trit in the packed file.</p><div class=\"histograms\">");
    histograms.forEach(histogram -> body.append(histogram.figure()));
    body.append("</div><h2>What is taken for what</h2>").append(confusion.table());
    body.append("<h2>Images it gets wrong</h2><div class=\"digits\">");
    mistakes.forEach(tile -> body.append(tile.figure()));
    body.append("</div><p class=\"soft\">" + Html.escape(footer) + "</p>");
    return Html.page(title, body.toString());
  }

  private void tiles(StringBuilder body) {
    Variant floats = variants.getFirst();
    Variant ternary = variants.getLast();
    body.append("<div class=\"tiles\">");
    tile(body, Numbers.percent(ternary.accuracy()), "ternary test accuracy");
    tile(body, Numbers.percent(floats.accuracy()), "float32 test accuracy");
    tile(
        body,
        Numbers.fixed((double) floats.bytes() / ternary.bytes(), 1) + " x",
        "smaller file: "
            + Numbers.bytes(ternary.bytes())
            + " instead of "
            + Numbers.bytes(floats.bytes()));
    tile(body, Numbers.fixed(seconds, 0) + " s", "for all of this");
    body.append("</div>");
  }

  private static void tile(StringBuilder body, String number, String text) {
    body.append("<div class=\"tile\"><b>" + number + "</b>" + Html.escape(text) + "</div>");
  }

  private void variantTable(StringBuilder body) {
    body.append("<div class=\"wide\"><table><tr>");
    variantHeader().forEach(name -> body.append("<th>" + name + "</th>"));
    body.append("</tr>");
    for (List<String> row : variantRows()) {
      body.append("<tr>");
      row.forEach(cell -> body.append("<td>" + Html.escape(cell) + "</td>"));
      body.append("</tr>");
    }
    body.append("</table></div><p class=\"soft\">Same predictions: as the trained network in");
    body.append(" libtorch on all test images. Times on a warm JVM, the median of many calls.</p>");
  }

  private void curves(StringBuilder body) {
    body.append("<h2>Learning</h2><div class=\"row\"><figure>");
    body.append(chart("training loss", EpochPoint::loss, 2));
    body.append("<figcaption>Training loss</figcaption></figure><figure>");
    body.append(chart("test accuracy in %", p -> 100 * p.testAccuracy(), 1));
    body.append("<figcaption>Test accuracy in %</figcaption></figure></div>");
  }

  private String chart(String title, ToDoubleFunction<EpochPoint> value, int decimals) {
    return new LineChart(
            title,
            List.of(
                line("float32", "var(--a)", floatHistory, value),
                line("ternary", "var(--b)", ternaryHistory, value)),
            decimals)
        .svg();
  }

  private static LineChart.Line line(
      String name, String colour, List<EpochPoint> history, ToDoubleFunction<EpochPoint> value) {
    List<Double> values = history.stream().map(value::applyAsDouble).toList();
    return new LineChart.Line(name, colour, false, values);
  }
}
