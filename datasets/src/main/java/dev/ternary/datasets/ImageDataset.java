package dev.ternary.datasets;

import dev.ternary.formats.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A data set of grey images, in the four files of MNIST: {@code train-images-idx3-ubyte}, {@code
 * train-labels-idx1-ubyte}, {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, each
 * with or without {@code .gz}, with {@code -idx} or {@code .idx}. Fashion-MNIST has the same form.
 *
 * @param name for people
 * @param train what to train on
 * @param test what to measure on
 * @param classes names of the classes, by label
 */
public record ImageDataset(
    String name, LabelledImages train, LabelledImages test, List<String> classes) {

  /** Mean of the MNIST training pixels in 0..1. */
  public static final float MEAN = 0.1307f;

  /** Standard deviation of the MNIST training pixels in 0..1. */
  public static final float STD = 0.3081f;

  /** The background, pixel 0, among {@link LabelledImages#examples}. */
  public static final float BLACK = -MEAN / STD;

  private static final List<String> DIGITS =
      List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

  /** The classes of Fashion-MNIST (arXiv 1708.07747, table 1). */
  private static final List<String> FASHION =
      List.of(
          "T-shirt",
          "trouser",
          "pullover",
          "dress",
          "coat",
          "sandal",
          "shirt",
          "sneaker",
          "bag",
          "boot");

  private static final List<String> FILES =
      List.of(
          "train-images-idx3-ubyte",
          "train-labels-idx1-ubyte",
          "t10k-images-idx3-ubyte",
          "t10k-labels-idx1-ubyte");

  /** Makes the list of names unmodifiable and checks that all images have one size. */
  public ImageDataset {
    classes = List.copyOf(classes);
    if (train.images().shape().dim(1) != test.images().shape().dim(1)
        || train.images().shape().dim(2) != test.images().shape().dim(2)) {
      throw new IllegalArgumentException(
          "training images are " + train.images() + " but test images " + test.images());
    }
    if (train.count() == 0 || test.count() == 0) {
      throw new IllegalArgumentException(name + " has no images");
    }
  }

  /** MNIST as it comes with this module. */
  public static ImageDataset mnist() throws IOException {
    Path folder = Files.createTempDirectory("ternary-mnist");
    try {
      for (String file : FILES) {
        String resource = "mnist/" + file + ".gz";
        try (InputStream in = ImageDataset.class.getResourceAsStream(resource)) {
          if (in == null) {
            throw new IllegalStateException(resource + " is not in the jar of ternary-datasets");
          }
          Files.copy(in, folder.resolve(file + ".gz"));
        }
      }
      return read("MNIST", folder, DIGITS);
    } finally {
      try (Stream<Path> left = Files.list(folder)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /**
   * Images in the files of MNIST, from a folder. They have as many classes as their labels say: one
   * more than the largest, by their numbers.
   */
  public static ImageDataset mnist(Path folder) throws IOException {
    LabelledImages train =
        LabelledImages.read(find(folder, FILES.get(0)), find(folder, FILES.get(1)));
    LabelledImages test =
        LabelledImages.read(find(folder, FILES.get(2)), find(folder, FILES.get(3)));
    int classes = Math.max(1, Math.max(train.classes(), test.classes()));
    List<String> names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    return of(name(folder), folder, train, test, names);
  }

  private static String name(Path folder) {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  /** Fashion-MNIST from a folder, such as that of Debian's package dataset-fashion-mnist. */
  public static ImageDataset fashion(Path folder) throws IOException {
    return read("Fashion-MNIST", folder, FASHION);
  }

  private static ImageDataset read(String name, Path folder, List<String> classes)
      throws IOException {
    List<Path> files = new ArrayList<>();
    for (String file : FILES) {
      files.add(find(folder, file));
    }
    LabelledImages train = LabelledImages.read(files.get(0), files.get(1), classes.size());
    LabelledImages test = LabelledImages.read(files.get(2), files.get(3), classes.size());
    return of(name, folder, train, test, classes);
  }

  private static ImageDataset of(
      String name, Path folder, LabelledImages train, LabelledImages test, List<String> classes)
      throws IOException {
    try {
      return new ImageDataset(name, train, test, classes);
    } catch (IllegalArgumentException e) {
      throw new FormatException(find(folder, FILES.get(2)), 0, String.valueOf(e.getMessage()));
    }
  }

  private static Path find(Path folder, String file) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          folder.toString(), null, "is no folder; the idx files of a data set were expected in it");
    }
    String dotted = file.replace("-idx", ".idx"); // as some mirrors and unpackers name them
    for (String name : List.of(file, file + ".gz", dotted, dotted + ".gz")) {
      if (Files.isRegularFile(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    throw new NoSuchFileException(
        folder.resolve(file).toString(), null, "is missing, and so is " + file + ".gz");
  }
}
