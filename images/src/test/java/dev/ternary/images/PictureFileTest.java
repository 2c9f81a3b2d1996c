package dev.ternary.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ternary.formats.FormatException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFileTest {

  private static final Offset<Float> ROUNDING = within(1e-6f);

  @TempDir private Path folder;

  private Path write(BufferedImage image, String format) throws IOException {
    Path file = folder.resolve("picture." + format);
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    return file;
  }

  @Test
  void coloursComeAsTheyAreAndTransparencyShowsWhite() throws IOException {
    var image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0xffff8000);
    image.setRGB(1, 0, 0x00123456);
    image.setRGB(2, 0, 0x80000000); // black, half seen: 1 - 128/255
    Picture picture = PictureFile.read(write(image, "png"));
    assertThat(picture).hasToString("picture of 3 x 1");
    assertThat(picture.colour(0).values())
        .containsExactly(new float[] {1, 1, 127 / 255f}, ROUNDING);
    assertThat(picture.colour(1).values())
        .containsExactly(new float[] {128 / 255f, 1, 127 / 255f}, ROUNDING);
    assertThat(picture.colour(2).values())
        .containsExactly(new float[] {0, 1, 127 / 255f}, ROUNDING);
    assertThat(picture.grey().values()[0]).isCloseTo(0.299f + 0.587f * 128 / 255f, within(1e-6f));
  }

  /** The JDK's getRGB takes them for linear light and makes 188 of 128. */
  @Test
  void greysStayTheNumbersThatTheFileHas() throws IOException {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 128);
    image.getRaster().setSample(1, 0, 0, 255);
    for (String format : new String[] {"png", "bmp"}) {
      assertThat(PictureFile.read(write(image, format)).grey().values())
          .as(format)
          .containsExactly(128 / 255f, 1);
    }
    var deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x4000);
    assertThat(PictureFile.read(write(deep, "png")).grey().values())
        .containsExactly(0x4000 / 65535f);
  }

  @Test
  void jpegAndGifAreRead() throws IOException {
    var image = new BufferedImage(16, 8, BufferedImage.TYPE_INT_RGB);
    for (String format : new String[] {"jpg", "gif"}) {
      Picture picture = PictureFile.read(write(image, format));
      assertThat(picture.width()).isEqualTo(16);
      assertThat(picture.height()).isEqualTo(8);
    }
  }

  /** An APP1 part as EXIF 2.3 has it, with the one entry 274, put behind the first two bytes. */
  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    ByteBuffer part = ByteBuffer.allocate(36);
    part.putShort((short) 0xffe1).putShort((short) 34);
    part.put("Exif\0\0MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8);
    part.putShort((short) 1).putShort((short) 274).putShort((short) 3).putInt(1);
    part.putShort((short) orientation).putShort((short) 0).putInt(0);
    byte[] all = Arrays.copyOf(jpeg, jpeg.length + 36);
    System.arraycopy(part.array(), 0, all, 2, 36);
    System.arraycopy(jpeg, 2, all, 38, jpeg.length - 2);
    return all;
  }

  @Test
  void aCameraThatWasTurnedGivesAnUprightPicture() throws IOException {
    // Left half black, right half white.
    var image = new BufferedImage(32, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 16; y++) {
      for (int x = 16; x < 32; x++) {
        image.getRaster().setSample(x, y, 0, 255);
      }
    }
    byte[] jpeg = Files.readAllBytes(write(image, "jpg"));
    Path turned = folder.resolve("turned.jpg");
    Files.write(turned, withOrientation(jpeg, 6)); // shown a quarter clockwise: left is then up
    Picture picture = PictureFile.read(turned);
    assertThat(picture).hasToString("picture of 16 x 32");
    assertThat(picture.grey().at(8, 4)).isLessThan(0.1f);
    assertThat(picture.grey().at(8, 28)).isGreaterThan(0.9f);
    Files.write(turned, withOrientation(jpeg, 2)); // mirrored
    assertThat(PictureFile.read(turned).grey().at(4, 8)).isGreaterThan(0.9f);
  }

  /** By the table of EXIF 2.3: which side of the upright picture the first row and column are. */
  @Test
  void allEightOrientationsPutTheFirstPixelWhereTheStandardSays() {
    var plane = new Plane(3, 2, new float[] {1, 2, 3, 4, 5, 6});
    float[][] upright = {
      {1, 2, 3, 4, 5, 6},
      {3, 2, 1, 6, 5, 4},
      {6, 5, 4, 3, 2, 1},
      {4, 5, 6, 1, 2, 3},
      {1, 4, 2, 5, 3, 6},
      {4, 1, 5, 2, 6, 3},
      {6, 3, 5, 2, 4, 1},
      {3, 6, 2, 5, 1, 4}
    };
    for (int orientation = 1; orientation <= 8; orientation++) {
      assertThat(plane.oriented(orientation).values())
          .as("orientation " + orientation)
          .containsExactly(upright[orientation - 1]);
    }
  }

  private Path pngOfSize(int width, int height) throws IOException {
    byte[] png =
        Files.readAllBytes(write(new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY), "png"));
    ByteBuffer header = ByteBuffer.wrap(png);
    header.putInt(16, width).putInt(20, height);
    var crc = new CRC32();
    crc.update(png, 12, 17);
    header.putInt(29, (int) crc.getValue());
    return Files.write(folder.resolve("huge.png"), png);
  }

  @Test
  void aHeaderThatPromisesTooMuchIsRefusedBeforeAnythingIsDecoded() throws IOException {
    Path huge = pngOfSize(100_000, 100_000);
    assertThatThrownBy(() -> PictureFile.read(huge))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("up to 200 million pixels")
        .hasMessageContaining("100000 x 100000");
  }

  @Test
  void whatIsNoPictureIsNamed() throws IOException {
    Path file =
        Files.write(folder.resolve("x.npy"), new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'});
    assertThat(PictureFile.isPicture(file)).isFalse();
    assertThatThrownBy(() -> PictureFile.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(
            "expected a picture (PNG, JPEG, GIF or BMP), found a NumPy .npy file");
  }

  @Test
  void damageIsAFormatException() throws IOException {
    var image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (String format : new String[] {"png", "jpg", "gif", "bmp"}) {
      byte[] whole = Files.readAllBytes(write(image, format));
      for (int cut = 0; cut < whole.length; cut++) {
        readOrRefuse(Arrays.copyOf(whole, cut));
      }
      for (int bit = 0; bit < 8 * Math.min(64, whole.length); bit++) {
        byte[] flipped = whole.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        readOrRefuse(flipped);
      }
    }
  }

  private void readOrRefuse(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("damaged"), bytes);
    try {
      PictureFile.read(file);
    } catch (FormatException e) {
      assertThat(e.file()).isEqualTo(file);
    }
  }

  @Test
  void aFolderGivesItsPicturesInOrder() throws IOException {
    for (String name : new String[] {"b.PNG", "a.jpeg", "c.txt", "d.gif"}) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(PictureFile.in(folder))
        .extracting(path -> path.getFileName().toString())
        .containsExactly("a.jpeg", "b.PNG", "d.gif");
  }
}
