package dev.ternary.cli.bench;

import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.report.BarChart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the measurements of kernels go: JSON, CSV, a chart, any of them. */
final class KernelFigures {

  @Mixin private FiguresFile json = new FiguresFile();

  @Option(names = "--csv", paramLabel = "FILE", description = "Also write the figures as CSV.")
  private Optional<Path> csv = Optional.empty();

  @Option(names = "--svg", paramLabel = "FILE", description = "Also draw a bar chart.")
  private Optional<Path> svg = Optional.empty();

  /** Refuses files that must not be replaced, before anything is measured. */
  void check() throws IOException {
    json.check();
    for (Path path : Stream.of(csv, svg).flatMap(Optional::stream).toList()) {
      json.overwriting().check(path);
    }
  }

  void write(List<Measurement> all) throws IOException {
    json.write(toJson(all));
    if (csv.isPresent()) {
      AtomicFile.writeString(csv.get(), json.overwriting().ifExists(), toCsv(all));
    }
    if (svg.isPresent()) {
      AtomicFile.writeString(svg.get(), json.overwriting().ifExists(), chart(all).svg());
    }
  }

  private static BarChart chart(List<Measurement> all) {
    Map<String, List<BarChart.Bar>> groups = new LinkedHashMap<>();
    for (Measurement m : all) {
      groups
          .computeIfAbsent(m.product() + ", threads: " + m.threads(), _ -> new ArrayList<>())
          .add(new BarChart.Bar(m.contender(), m.gmacs(), Measurement.rate(m.gmacs())));
    }
    return new BarChart(
        "Thousand millions of multiply-adds a second",
        groups.entrySet().stream()
            .map(group -> new BarChart.Group(group.getKey(), group.getValue()))
            .toList());
  }

  private static JsonWriter toJson(List<Measurement> all) {
    JsonWriter to = FiguresFile.begin();
    to.put("os", System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""));
    to.array("measurements");
    for (Measurement m : all) {
      to.object()
          .put("contender", m.contender())
          .put("rows", m.rows())
          .put("cols", m.cols())
          .put("tokens", m.tokens())
          .put("threads", m.threads())
          .put("samples", m.samples())
          .put("bestNanos", m.bestNanos())
          .put("medianNanos", m.medianNanos())
          .put("gmacs", m.gmacs())
          .put("medianGmacs", m.medianGmacs())
          .put("steady", m.steady())
          .end();
    }
    return to.end().end();
  }

  private static String toCsv(List<Measurement> all) {
    var text =
        new StringBuilder(
            "contender,rows,cols,tokens,threads,samples,best_nanos,median_nanos,gmacs,steady\n");
    for (Measurement m : all) {
      text.append(m.contender())
          .append(',')
          .append(m.rows())
          .append(',')
          .append(m.cols())
          .append(',')
          .append(m.tokens())
          .append(',')
          .append(m.threads())
          .append(',')
          .append(m.samples())
          .append(',')
          .append(m.bestNanos())
          .append(',')
          .append(m.medianNanos())
          .append(',')
          .append(m.gmacs())
          .append(',')
          .append(m.steady())
          .append('\n');
    }
    return text.toString();
  }
}
