package dev.ternary.report;

import java.util.List;

/**
 * How often each true class was taken for each class.
 *
 * @param classes names by label
 * @param counts {@code [true class][predicted class]}
 */
public record ConfusionMatrix(List<String> classes, List<List<Integer>> counts) {

  /** Copies the lists. */
  public ConfusionMatrix {
    classes = List.copyOf(classes);
    counts = counts.stream().map(List::copyOf).toList();
  }

  /** How many were taken for a class that they are not. */
  public long wrong() {
    long wrong = 0;
    for (int row = 0; row < counts.size(); row++) {
      for (int col = 0; col < counts.get(row).size(); col++) {
        wrong += row == col ? 0 : counts.get(row).get(col);
      }
    }
    return wrong;
  }

  String table() {
    var html = new StringBuilder();
    html.append("<div class=\"wide\"><table class=\"confusion\"><tr><th>true \\ predicted</th>");
    classes.forEach(name -> html.append("<th>" + Html.escape(name) + "</th>"));
    html.append("</tr>");
    int worst = 1;
    for (int i = 0; i < counts.size(); i++) {
      for (int j = 0; j < counts.size(); j++) {
        worst = i == j ? worst : Math.max(worst, counts.get(i).get(j));
      }
    }
    for (int i = 0; i < counts.size(); i++) {
      html.append("<tr><th>" + Html.escape(classes.get(i)) + "</th>");
      for (int j = 0; j < counts.size(); j++) {
        html.append(cell(counts.get(i).get(j), i == j, worst));
      }
      html.append("</tr>");
    }
    return html.append("</table></div>").toString();
  }

  private static String cell(int count, boolean right, int worst) {
    if (right) {
      return "<td style=\"color:var(--good);font-weight:600\">" + count + "</td>";
    }
    if (count == 0) {
      return "<td class=\"soft\">·</td>";
    }
    int strength = 10 + 60 * count / worst;
    return "<td style=\"background:color-mix(in srgb, var(--b) "
        + strength
        + "%, transparent)\">"
        + count
        + "</td>";
  }
}
