package dev.ternary.report;

import dev.ternary.quant.QuantizationReport;
import java.util.List;

/** The parts of a report, one after the other. */
public final class Page {

  private final String title;
  private final StringBuilder body = new StringBuilder();

  /** A page that begins with its title and a sentence below it. */
  public Page(String title, String lead) {
    this.title = title;
    body.append("<h1>" + Html.escape(title) + "</h1><p class=\"lead\">");
    body.append(Html.escape(lead) + "</p>");
  }

  /** Adds a heading. */
  public Page section(String heading) {
    body.append("<h2>" + Html.escape(heading) + "</h2>");
    return this;
  }

  /** Adds a paragraph in grey. */
  public Page note(String text) {
    body.append("<p class=\"soft\">" + Html.escape(text) + "</p>");
    return this;
  }

  /** Adds numbers in large letters, side by side. */
  public Page tiles(List<Tile> tiles) {
    body.append("<div class=\"tiles\">");
    for (Tile tile : tiles) {
      body.append("<div class=\"tile\"><b>" + Html.escape(tile.number()) + "</b>");
      body.append(Html.escape(tile.text()) + "</div>");
    }
    body.append("</div>");
    return this;
  }

  /** Adds a table. */
  public Page table(List<String> header, List<List<String>> rows) {
    body.append("<div class=\"wide\"><table class=\"rows\"><tr>");
    header.forEach(name -> body.append("<th>" + Html.escape(name) + "</th>"));
    body.append("</tr>");
    for (List<String> row : rows) {
      body.append("<tr>");
      for (int c = 0; c < row.size(); c++) {
        body.append("<td data-label=\"" + Html.escape(header.get(c)) + "\">");
        body.append(Html.escape(row.get(c)) + "</td>");
      }
      body.append("</tr>");
    }
    body.append("</table></div>");
    return this;
  }

  /** Adds charts side by side, each with its title below. */
  public Page charts(List<LineChart> charts) {
    body.append("<div class=\"row\">");
    for (LineChart chart : charts) {
      body.append("<figure>" + chart.svg() + "<figcaption>");
      body.append(Html.escape(chart.title()) + "</figcaption></figure>");
    }
    body.append("</div>");
    return this;
  }

  /** Adds histograms in a grid. */
  public Page histograms(List<WeightHistogram> histograms) {
    body.append("<div class=\"histograms\">");
    histograms.forEach(histogram -> body.append(histogram.figure()));
    body.append("</div>");
    return this;
  }

  /** Adds a table of what became of ternary layers. */
  public Page layers(List<QuantizationReport> layers) {
    return table(
        List.of("layer", "shape", "rule", "zeros", "squared error", "float32", "packed"),
        layers.stream()
            .map(l ->
                List.of(
                    l.name(),
                    l.shape().toString(),
                    l.quantizer(),
                    Numbers.percent(l.counts().zeroShare()),
                    Numbers.percent(l.relativeSquaredError()),
                    Numbers.bytes(l.floatBytes()),
                    Numbers.bytes(l.packedBytes())))
            .toList());
  }

  /** Adds a table of true and predicted classes. */
  public Page confusion(ConfusionMatrix confusion) {
    body.append(confusion.table());
    return this;
  }

  /** Adds images in a grid. */
  public Page images(List<ImageTile> images) {
    body.append("<div class=\"digits\">");
    images.forEach(tile -> body.append(tile.figure()));
    body.append("</div>");
    return this;
  }

  /** The document, which needs no other file. */
  public String html() {
    return Html.page(title, body.toString());
  }
}
