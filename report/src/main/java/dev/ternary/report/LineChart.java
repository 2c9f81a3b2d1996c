package dev.ternary.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Curves over epochs.
 *
 * @param title what the vertical axis shows
 * @param lines the curves
 */
public record LineChart(String title, List<Line> lines) {

  private static final int WIDTH = 460;
  private static final int HEIGHT = 260;
  private static final int LEFT = 56;
  private static final int RIGHT = 10;
  private static final int TOP = 28;
  private static final int BOTTOM = 34;
  private static final int MOST_TICKS = 6;

  /**
   * One curve.
   *
   * @param name for the legend
   * @param colour a CSS colour
   * @param values one value an epoch
   */
  public record Line(String name, String colour, List<Double> values) {

    public Line {
      values = List.copyOf(values);
    }
  }

  public LineChart {
    lines = List.copyOf(lines);
  }

  /** The picture, to stand in a page. */
  public String svg() {
    double low = values().stream().mapToDouble(v -> v).min().orElse(0);
    double high = values().stream().mapToDouble(v -> v).max().orElse(1);
    double margin = high == low ? 1e-3 : (high - low) * 0.05;
    var svg = new StringBuilder();
    svg.append("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"")
        .append(Html.escape(title))
        .append("\">");
    axes(svg, low - margin, high + margin);
    for (int i = 0; i < lines.size(); i++) {
      curve(svg, lines.get(i), low - margin, high + margin);
      legend(svg, lines.get(i), i);
    }
    return svg.append("</svg>").toString();
  }

  private List<Double> values() {
    var all = new ArrayList<Double>();
    lines.forEach(line -> all.addAll(line.values()));
    return all;
  }

  private void axes(StringBuilder svg, double low, double high) {
    for (double value : ticks(low, high)) {
      double y = y(value, low, high);
      svg.append(
          "<line x1=\""
              + LEFT
              + "\" x2=\""
              + (WIDTH - RIGHT)
              + "\" y1=\""
              + y
              + "\" y2=\""
              + y
              + "\" stroke=\"var(--line)\"/>");
      svg.append(
          "<text x=\""
              + (LEFT - 6)
              + "\" y=\""
              + (y + 4)
              + "\" text-anchor=\"end\">"
              + label(value, low, high)
              + "</text>");
    }
    int epochs = epochs();
    int step = Math.max(1, Math.ceilDiv(epochs, 10));
    for (int epoch = 1; epoch <= epochs; epoch += step) {
      svg.append(
          "<text x=\""
              + x(epoch - 1)
              + "\" y=\""
              + (HEIGHT - BOTTOM + 16)
              + "\" text-anchor=\"middle\">"
              + epoch
              + "</text>");
    }
    svg.append(
        "<text x=\""
            + (LEFT + WIDTH - RIGHT) / 2
            + "\" y=\""
            + (HEIGHT - 4)
            + "\" text-anchor=\"middle\">epoch</text>");
  }

  /** The multiples of the smallest round step that has at most {@link #MOST_TICKS} of them. */
  static List<Double> ticks(double low, double high) {
    double step = step(low, high);
    List<Double> ticks = new ArrayList<>();
    for (long k = (long) Math.ceil(low / step); k * step <= high; k++) {
      ticks.add(k * step);
    }
    return ticks;
  }

  /** The smallest of 1, 2 and 5 times a power of ten that is no less than a share of the span. */
  private static double step(double low, double high) {
    double least = (high - low) / MOST_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double round : new double[] {1, 2, 5}) {
      if (round * power >= least) {
        return round * power;
      }
    }
    return 10 * power;
  }

  /** The value with as many decimals as the step between two has. */
  static String label(double value, double low, double high) {
    return Numbers.fixed(value, Math.max(0, -(int) Math.floor(Math.log10(step(low, high)) + 1e-9)));
  }

  private void curve(StringBuilder svg, Line line, double low, double high) {
    svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + line.colour() + "\"");
    svg.append(" points=\"");
    for (int i = 0; i < line.values().size(); i++) {
      svg.append(x(i)).append(',').append(y(line.values().get(i), low, high)).append(' ');
    }
    svg.append("\"/>");
    if (line.values().size() == 1) {
      // A line of one point is invisible.
      svg.append("<circle r=\"4\" fill=\"" + line.colour() + "\" cx=\"" + x(0) + "\" cy=\"");
      svg.append(y(line.values().getFirst(), low, high)).append("\"/>");
    }
  }

  private static void legend(StringBuilder svg, Line line, int index) {
    int x = LEFT + index * 100;
    svg.append(
        "<line x1=\""
            + x
            + "\" x2=\""
            + (x + 18)
            + "\" y1=\"12\" y2=\"12\" stroke-width=\"2\""
            + " stroke=\""
            + line.colour()
            + "\""
            + "/>");
    svg.append("<text x=\"" + (x + 23) + "\" y=\"16\">" + Html.escape(line.name()) + "</text>");
  }

  private int epochs() {
    return lines.stream().mapToInt(line -> line.values().size()).max().orElse(0);
  }

  private double x(int index) {
    double share = epochs() <= 1 ? 0.5 : (double) index / (epochs() - 1);
    return Math.rint(10 * (LEFT + 8 + share * (WIDTH - RIGHT - LEFT - 16))) / 10;
  }

  private static double y(double value, double low, double high) {
    double share = (value - low) / (high - low);
    return Math.rint(10 * (HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP))) / 10;
  }
}
