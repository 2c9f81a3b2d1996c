package dev.ternary.cli.train;

import dev.ternary.datasets.ImageDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Images in MNIST's files, and which layers of a network for them are ternary. */
final class DigitsOptions {

  @ArgGroup(exclusive = true)
  private Source source = new Source();

  @Option(names = "--float-first", description = "Keep the first layer float.")
  private boolean floatFirst;

  @Option(names = "--float-last", description = "Keep the last layer float.")
  private boolean floatLast;

  @Option(
      names = "--shift",
      paramLabel = "PIXELS",
      defaultValue = "1",
      description =
          "Move training images by up to so many pixels each way; default ${DEFAULT-VALUE}.")
  private int shift;

  /** Where the images come from; MNIST is bundled. */
  static final class Source {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "Folder with the four idx files of MNIST, plain or .gz; default: bundled.")
    private Optional<Path> digits = Optional.empty();

    @Option(
        names = "--fashion",
        paramLabel = "DIR",
        description = "Folder with the four idx files of Fashion-MNIST.")
    private Optional<Path> fashion = Optional.empty();
  }

  ImageDataset read() throws IOException {
    if (source.digits.isPresent()) {
      return ImageDataset.mnist(source.digits.get());
    }
    return source.fashion.isPresent()
        ? ImageDataset.fashion(source.fashion.get())
        : ImageDataset.mnist();
  }

  int shift() {
    return shift;
  }

  boolean floatFirst() {
    return floatFirst;
  }

  boolean floatLast() {
    return floatLast;
  }

  Map<String, String> settings(ImageDataset images) {
    var settings = new LinkedHashMap<String, String>();
    settings.put("data", images.name() + " of " + images.train().count() + " images");
    settings.put("--shift", Integer.toString(shift));
    settings.put("--float-first", Boolean.toString(floatFirst));
    settings.put("--float-last", Boolean.toString(floatLast));
    return settings;
  }
}
