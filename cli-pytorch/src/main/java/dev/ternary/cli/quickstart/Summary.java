package dev.ternary.cli.quickstart;

import dev.ternary.formats.json.JsonWriter;

/** The figures of a report for machines. */
final class Summary {

  private Summary() {}

  /**
   * {@code summary.json}: accuracies from 0 to 1, sizes in bytes, and for each variant {@code
   * KEY_latency_micros} of one image and {@code KEY_images_per_second} of a batch.
   */
  static String json(QuickstartReport report, long seed, int epochs, String kernel) {
    JsonWriter json = JsonWriter.pretty().object();
    Variant floats = report.variants().getFirst();
    Variant ternary = report.variants().getLast();
    json.put("dataset", report.dataset());
    json.put("network", report.network());
    json.put("seed", seed);
    json.put("epochs", epochs);
    json.put("kernel", kernel);
    json.put("float_accuracy", floats.accuracy());
    json.put("ternary_accuracy", ternary.accuracy());
    json.put("float_bytes", floats.bytes());
    json.put("ternary_bytes", ternary.bytes());
    json.put("size_ratio", (double) floats.bytes() / ternary.bytes());
    json.put("seconds", report.seconds());
    for (Variant variant : report.variants()) {
      json.put(variant.key() + "_accuracy", variant.accuracy());
      json.put(variant.key() + "_same_predictions", variant.agreement());
      json.put(variant.key() + "_latency_micros", variant.latencyMicros());
      json.put(variant.key() + "_images_per_second", variant.imagesPerSecond());
    }
    return json.end() + "\n";
  }
}
