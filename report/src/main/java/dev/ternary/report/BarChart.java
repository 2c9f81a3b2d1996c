package dev.ternary.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measurements as an SVG picture: one group of horizontal bars a product. */
final class BarChart {

  private static final int LABEL_WIDTH = 150;
  private static final int BAR_WIDTH = 520;
  private static final int VALUE_WIDTH = 90;
  private static final int BAR_HEIGHT = 16;
  private static final int GAP = 34;
  private static final String[] COLOURS = {
    "#9aa5b1", "#2f6f9f", "#4c9f70", "#d08c2f", "#a2527a", "#6b6fb5", "#7a7a3a", "#b5544a"
  };

  private BarChart() {}

  /** The document; bars are as long as GMAC/s at best, on one scale a group. */
  static String svg(List<Measurement> measurements, String title) {
    Map<String, List<Measurement>> groups = new LinkedHashMap<>();
    for (Measurement m : measurements) {
      groups
          .computeIfAbsent(m.product() + ", threads: " + m.threads(), _ -> new ArrayList<>())
          .add(m);
    }
    List<String> names = measurements.stream().map(Measurement::contender).distinct().toList();
    var body = new StringBuilder();
    int y = 30;
    text(body, 10, y, "bold", title);
    for (Map.Entry<String, List<Measurement>> group : groups.entrySet()) {
      y += GAP;
      text(body, 10, y, "bold", group.getKey());
      double most = group.getValue().stream().mapToDouble(Measurement::gmacs).max().orElse(1);
      for (Measurement m : group.getValue()) {
        y += BAR_HEIGHT + 4;
        bar(body, y, m, most, COLOURS[names.indexOf(m.contender()) % COLOURS.length]);
      }
    }
    int width = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH;
    int height = y + GAP;
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %WIDTH %HEIGHT" font-family="sans-serif" font-size="12">
    <rect width="%WIDTH" height="%HEIGHT" fill="#ffffff"/>
    """
            .replace("%WIDTH", Integer.toString(width))
            .replace("%HEIGHT", Integer.toString(height))
        + body
        + "</svg>\n";
  }

  private static void bar(StringBuilder body, int y, Measurement m, double most, String colour) {
    long length = Math.max(1, Math.round(BAR_WIDTH * m.gmacs() / most));
    text(body, 10, y, "normal", m.contender());
    body.append("<rect x=\"")
        .append(LABEL_WIDTH)
        .append("\" y=\"")
        .append(y - BAR_HEIGHT + 4)
        .append("\" width=\"")
        .append(length)
        .append("\" height=\"")
        .append(BAR_HEIGHT)
        .append("\" fill=\"")
        .append(colour)
        .append("\"/>\n");
    text(body, LABEL_WIDTH + (int) length + 6, y, "normal", KernelsBench.rate(m.gmacs()));
  }

  private static void text(StringBuilder body, int x, int y, String weight, String text) {
    body.append("<text x=\"")
        .append(x)
        .append("\" y=\"")
        .append(y)
        .append("\" font-weight=\"")
        .append(weight)
        .append("\">")
        .append(text.replace("&", "&amp;").replace("<", "&lt;"))
        .append("</text>\n");
  }
}
