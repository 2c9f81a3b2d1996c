package dev.ternary.images;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;

/**
 * Reads pictures: PNG, JPEG, GIF (the first image) and BMP, with the decoders of the JDK. The size
 * in the header is looked at before anything is decoded.
 */
public final class PictureFile {

  /** Pixels of the largest picture that is read. */
  public static final long MOST_PIXELS = 200_000_000;

  /**
   * Of larger pictures only every second (third, ...) pixel of a row and every such row is read.
   */
  private static final long ENOUGH_PIXELS = 16_000_000;

  private static final List<String> FORMATS = List.of("png", "jpeg", "gif", "bmp");
  private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".gif", ".bmp");

  private PictureFile() {}

  /**
   * Whether a file begins as one of the pictures that are read.
   *
   * @throws IOException if it cannot be read
   */
  public static boolean isPicture(Path file) throws IOException {
    byte[] start = start(file);
    return switch (FileKind.of(start)) {
      case PNG, JPEG -> true;
      default -> startsWith(start, "GIF8") || isBmp(start);
    };
  }

  /**
   * The pictures that lie in a folder, by their endings, in the order of their names; not those of
   * folders inside.
   */
  public static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(file -> ENDINGS.stream().anyMatch(lowerName(file)::endsWith))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  private static String lowerName(Path file) {
    return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a picture; what is transparent shows white, and a photograph is turned upright where its
   * EXIF part says how the camera was held.
   *
   * @throws FormatException if it is no such picture, is damaged, or has more than {@value
   *     #MOST_PIXELS} pixels
   * @throws IOException if it cannot be read
   */
  public static Picture read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!isPicture(file)) {
      throw new FormatException(
          file,
          0,
          "expected a picture (PNG, JPEG, GIF or BMP), found " + FileKind.of(start(file)).phrase());
    }
    Picture picture;
    try (var in = new FileImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      ImageReader reader = null;
      while (reader == null && readers.hasNext()) {
        ImageReader next = readers.next();
        if (FORMATS.contains(next.getFormatName().toLowerCase(Locale.ROOT))) {
          reader = next;
        }
      }
      if (reader == null) {
        throw new FormatException(file, 0, "this JVM has no decoder for the picture");
      }
      try {
        reader.setInput(in, true, true);
        picture = decode(file, reader);
      } finally {
        reader.dispose();
      }
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return picture.oriented(Orientation.of(in));
    }
  }

  private static Picture decode(Path file, ImageReader reader) throws FormatException {
    try {
      long width = reader.getWidth(0);
      long height = reader.getHeight(0);
      if (width < 1 || height < 1 || width * height > MOST_PIXELS) {
        throw new FormatException(
            file,
            0,
            "pictures of up to "
                + MOST_PIXELS / 1_000_000
                + " million pixels are read, this one says it has "
                + width
                + " x "
                + height);
      }
      var options = reader.getDefaultReadParam();
      int step = (int) Math.ceil(Math.sqrt((double) (width * height) / ENOUGH_PIXELS));
      options.setSourceSubsampling(step, step, 0, 0);
      return Pixels.of(reader.read(0, options));
    } catch (FormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The decoders of the JDK throw exceptions of many types at damaged files.
      throw new FormatException(
          file, 0, "the picture cannot be decoded; is it damaged? (" + e.getMessage() + ")", e);
    }
  }

  private static byte[] start(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(FileKind.START_BYTES);
    }
  }

  private static boolean startsWith(byte[] start, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (i >= start.length || start[i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** "BM", the size of the file, and four bytes that are 0. */
  private static boolean isBmp(byte[] start) {
    return startsWith(start, "BM")
        && start.length >= 26
        && start[6] == 0
        && start[7] == 0
        && start[8] == 0
        && start[9] == 0;
  }
}
