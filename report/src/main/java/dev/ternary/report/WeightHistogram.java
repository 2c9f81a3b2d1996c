package dev.ternary.report;

import dev.ternary.packed.TritCounts;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The weights of a layer before quantization as a histogram, and how many became -1, 0 and +1.
 *
 * @param layer name of the layer
 * @param bins counts over equal parts of {@code [-limit, limit]}; what lies outside is in the ends
 * @param limit absolute value at the ends
 * @param counts the layer's trits
 */
public record WeightHistogram(String layer, List<Long> bins, double limit, TritCounts counts) {

  private static final int WIDTH = 300;
  private static final int HEIGHT = 150;
  private static final int BASE = 128;
  private static final int BINS = 60;
  private static final double LIMIT_IN_MEANS = 4;

  /** Counts the float weights of a layer, up to four times their mean absolute value. */
  public static WeightHistogram of(String layer, float[] weights, TritCounts counts) {
    double sum = 0;
    for (float w : weights) {
      sum += Math.abs(w);
    }
    double limit = Math.max(1e-9, LIMIT_IN_MEANS * sum / Math.max(1, weights.length));
    long[] bins = new long[BINS];
    for (float w : weights) {
      int bin = (int) ((w + limit) / (2 * limit) * BINS);
      bins[Math.clamp(bin, 0, BINS - 1)]++;
    }
    return new WeightHistogram(layer, LongStream.of(bins).boxed().toList(), limit, counts);
  }

  /** Copies the list. */
  public WeightHistogram {
    bins = List.copyOf(bins);
  }

  String figure() {
    return "<figure>"
        + svg()
        + "<figcaption><b>"
        + Html.escape(layer)
        + "</b>: "
        + Numbers.count(counts.total())
        + " weights, "
        + Numbers.percent(counts.zeroShare())
        + " zeros</figcaption></figure>";
  }

  private String svg() {
    var svg = new StringBuilder();
    svg.append("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"")
        .append("weights of " + Html.escape(layer) + "\">");
    long highest = 1;
    for (long bin : bins) {
      highest = Math.max(highest, bin);
    }
    int before = 190;
    double barWidth = (double) before / bins.size();
    for (int i = 0; i < bins.size(); i++) {
      bar(svg, i * barWidth, barWidth * 0.9, (double) bins.get(i) / highest, "var(--a)");
    }
    text(svg, 0, "start", Numbers.fixed(-limit, 2));
    text(svg, before / 2, "middle", "float weights");
    text(svg, before, "end", Numbers.fixed(limit, 2));
    double total = Math.max(1, counts.total());
    double[] shares = {
      counts.negatives() / total, counts.zeros() / total, counts.positives() / total
    };
    String[] names = {"-1", "0", "+1"};
    for (int i = 0; i < 3; i++) {
      int x = 214 + 30 * i;
      bar(svg, x, 20, shares[i], "var(--b)");
      text(svg, x + 10, "middle", names[i]);
    }
    return svg.append("</svg>").toString();
  }

  private static void bar(StringBuilder svg, double x, double width, double share, String colour) {
    double height = share * (BASE - 6);
    svg.append(
        "<rect x=\""
            + Numbers.fixed(x, 1)
            + "\" y=\""
            + Numbers.fixed(BASE - height, 1)
            + "\" width=\""
            + Numbers.fixed(width, 1)
            + "\" height=\""
            + Numbers.fixed(height, 1)
            + "\" fill=\""
            + colour
            + "\"/>");
  }

  private static void text(StringBuilder svg, int x, String anchor, String text) {
    svg.append(
        "<text x=\""
            + x
            + "\" y=\""
            + (BASE + 16)
            + "\" text-anchor=\""
            + anchor
            + "\">"
            + text
            + "</text>");
  }
}
