package dev.ternary.cli.pytorch.models;

import dev.ternary.formats.json.JsonWriter;
import dev.ternary.measure.Stopwatch;
import dev.ternary.report.Numbers;
import java.util.List;

/**
 * How fast one contender ran one batch of a network.
 *
 * @param contender who
 * @param batch images at once
 * @param sample CPU time and time that passed, of a batch
 * @param timesLibtorch how many images it does while libtorch does one
 * @param difference the largest from libtorch's answer, as a part of the largest number there
 */
record ModelFigure(
    Contender contender,
    int batch,
    Stopwatch.Sample sample,
    double timesLibtorch,
    double difference) {

  /**
   * Who runs a network.
   *
   * @param kernel {@code libtorch}, or the name of a kernel
   * @param activations {@code float32} or {@code int8}
   */
  record Contender(String kernel, String activations) {
    String title() {
      return kernel + ", " + activations;
    }
  }

  static final List<String> HEADER =
      List.of("runs", "CPU/image", "wall/image", "x libtorch", "off by");

  List<String> row() {
    return List.of(
        contender.title(),
        time(sample.best() / batch),
        time(sample.elapsed().best() / batch),
        Numbers.fixed(timesLibtorch, 2) + "x",
        Numbers.fixed(100 * difference, 4) + " %");
  }

  private static String time(double nanos) {
    double micros = nanos / 1e3;
    return micros < 1000
        ? Numbers.fixed(micros, micros < 100 ? 2 : 1) + " us"
        : Numbers.fixed(micros / 1e3, micros < 100_000 ? 2 : 1) + " ms";
  }

  void write(BenchNetwork network, JsonWriter json) {
    json.object()
        .put("model", network.key())
        .put("batch", batch)
        .put("kernel", contender.kernel())
        .put("activations", contender.activations())
        .put("samples", sample.count())
        .put("cpu_nanos_per_image", sample.best() / batch)
        .put("cpu_median_nanos_per_image", sample.median() / batch)
        .put("wall_nanos_per_image", sample.elapsed().best() / batch)
        .put("wall_median_nanos_per_image", sample.elapsed().median() / batch)
        .put("times_libtorch", timesLibtorch)
        .put("difference", difference)
        .put("steady", sample.steady())
        .end();
  }
}
