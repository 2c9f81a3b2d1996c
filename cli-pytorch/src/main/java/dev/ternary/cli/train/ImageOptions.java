package dev.ternary.cli.train;

import dev.ternary.cli.command.Usage;
import dev.ternary.training.Examples;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How many images are used. */
final class ImageOptions {

  @Option(
      names = "--train-images",
      paramLabel = "N",
      description = "Use so many training images; default all.")
  private Optional<Integer> trainImages = Optional.empty();

  @Option(
      names = "--test-images",
      paramLabel = "N",
      description = "Use so many test images; default all.")
  private Optional<Integer> testImages = Optional.empty();

  @Option(
      names = "--packed-images",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Run the packed model without PyTorch on so many test images; default ${DEFAULT-VALUE}.")
  private int packedImages;

  void check(Usage usage) {
    usage.requireAtLeast(1, "--packed-images", packedImages);
    trainImages.ifPresent(n -> usage.requireAtLeast(1, "--train-images", n));
    testImages.ifPresent(n -> usage.requireAtLeast(1, "--test-images", n));
  }

  /** As many training examples as were asked for. */
  Examples trainPart(Usage usage, Examples all) {
    return part(usage, "--train-images", all, trainImages);
  }

  /** As many test examples as were asked for. */
  Examples testPart(Usage usage, Examples all) {
    return part(usage, "--test-images", all, testImages);
  }

  private static Examples part(Usage usage, String option, Examples all, Optional<Integer> count) {
    int wanted = count.orElse(all.size());
    if (wanted > all.size()) {
      throw usage.wrong(
          option + " is " + wanted + ", but there are only " + all.size() + " images");
    }
    return all.slice(0, wanted);
  }

  int packed() {
    return packedImages;
  }

  /** The images that are used. */
  Map<String, String> settings() {
    var settings = new LinkedHashMap<String, String>();
    settings.put("--train-images", trainImages.map(String::valueOf).orElse("all"));
    settings.put("--test-images", testImages.map(String::valueOf).orElse("all"));
    return settings;
  }
}
