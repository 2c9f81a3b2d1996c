package dev.ternary.report;

import java.util.List;

/**
 * Groups of horizontal bars as an SVG document. Bars are as long as their values, on one scale a
 * group; bars of one name have one colour.
 *
 * @param title above all
 * @param groups one below the other
 */
public record BarChart(String title, List<Group> groups) {

  private static final int LABEL_WIDTH = 150;
  private static final int BAR_WIDTH = 520;
  private static final int VALUE_WIDTH = 90;
  private static final int BAR_HEIGHT = 16;
  private static final int GAP = 34;
  private static final String[] COLOURS = {
    "#9aa5b1", "#2f6f9f", "#4c9f70", "#d08c2f", "#a2527a", "#6b6fb5", "#7a7a3a", "#b5544a"
  };

  public BarChart {
    groups = List.copyOf(groups);
  }

  /**
   * One bar.
   *
   * @param name before it
   * @param value its length
   * @param label behind it
   */
  public record Bar(String name, double value, String label) {}

  /**
   * Bars on one scale.
   *
   * @param title above them
   * @param bars one below the other
   */
  public record Group(String title, List<Bar> bars) {

    public Group {
      bars = List.copyOf(bars);
    }
  }

  /** The document. */
  public String svg() {
    List<String> names =
        groups.stream().flatMap(group -> group.bars().stream()).map(Bar::name).distinct().toList();
    var body = new StringBuilder();
    int y = 30;
    text(body, 10, y, "bold", title);
    for (Group group : groups) {
      y += GAP;
      text(body, 10, y, "bold", group.title());
      double most = group.bars().stream().mapToDouble(Bar::value).max().orElse(1);
      for (Bar bar : group.bars()) {
        y += BAR_HEIGHT + 4;
        bar(body, y, bar, most, COLOURS[names.indexOf(bar.name()) % COLOURS.length]);
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

  private static void bar(StringBuilder body, int y, Bar bar, double most, String colour) {
    long length = Math.max(1, Math.round(BAR_WIDTH * bar.value() / most));
    text(body, 10, y, "normal", bar.name());
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
    text(body, LABEL_WIDTH + (int) length + 6, y, "normal", bar.label());
  }

  private static void text(StringBuilder body, int x, int y, String weight, String text) {
    body.append("<text x=\"")
        .append(x)
        .append("\" y=\"")
        .append(y)
        .append("\" font-weight=\"")
        .append(weight)
        .append("\">")
        .append(Html.escape(text))
        .append("</text>\n");
  }
}
