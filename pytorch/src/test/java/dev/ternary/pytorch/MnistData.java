package dev.ternary.pytorch;

import dev.ternary.pytorch.networks.MlpRecipe;
import dev.ternary.training.Examples;

import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** MNIST for tests, where the data folder is there. */
final class MnistData {

  private MnistData() {}

  /** The folder of the data sets: property or variable TERNARY_DATA, or beside the repository. */
  static Optional<Path> folder(String name) {
    String set = System.getProperty("TERNARY_DATA", System.getenv("TERNARY_DATA"));
    for (Path root :
        set == null
            ? new Path[] {Path.of("../shared/data"), Path.of("../../shared/data")}
            : new Path[] {Path.of(set)}) {
      if (Files.isDirectory(root.resolve(name))) {
        return Optional.of(root.resolve(name));
      }
    }
    return Optional.empty();
  }

  static Examples read(Path folder, String set) throws IOException {
    byte[] images = gunzip(folder.resolve(set + "-images-idx3-ubyte.gz"), 16);
    byte[] labels = gunzip(folder.resolve(set + "-labels-idx1-ubyte.gz"), 8);
    int[] classes = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      classes[i] = labels[i];
    }
    return MlpRecipe.examples(Shape.of(28, 28), images, classes);
  }

  private static byte[] gunzip(Path file, int header) throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(file))) {
      in.skipNBytes(header);
      return in.readAllBytes();
    }
  }
}
