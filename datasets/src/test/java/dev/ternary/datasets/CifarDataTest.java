package dev.ternary.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.FormatException;
import dev.ternary.training.Examples;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarDataTest {

  @TempDir private Path folder;

  @Test
  void readsImagesOfAllClassesNormalisedAndInAnOrderThatIsAlwaysTheSame() throws IOException {
    var files = new LinkedHashMap<String, byte[]>();
    for (int label = 0; label < 10; label++) {
      // One grey a class: JPEG keeps it to the bit.
      files.put("test/" + CifarData.CLASSES.get(label) + "/0001.jpg", jpeg(32, 20 * label));
    }
    files.put("test/readme.txt", new byte[] {1, 2, 3});
    Path archive = archive(files);
    Examples examples = CifarData.read(archive);
    assertThat(examples.shape()).isEqualTo(CifarData.IMAGE);
    assertThat(examples.labels()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(examples.labels()).isNotEqualTo(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    assertThat(CifarData.read(archive).labels()).isEqualTo(examples.labels());
    float[] image = new float[3 * 32 * 32];
    for (int i = 0; i < 10; i++) {
      examples.copy(i, image, 0);
      for (int c = 0; c < 3; c++) {
        float grey = 20 * examples.label(i) / 255f;
        float expected = (grey - CifarData.MEAN.get(c)) / CifarData.STD.get(c);
        assertThat(image[c * 1024 + 17]).isEqualTo(expected);
      }
    }
  }

  @Test
  void namesTheImageThatIsWrong() throws IOException {
    refuses(
        Map.of("test/cat/1.jpg", jpeg(31, 9)),
        "test/cat/1.jpg is no JPEG image of 32 by 32 pixels");
    refuses(
        Map.of("test/cat/1.jpg", new byte[9]),
        "test/cat/1.jpg is no JPEG image of 32 by 32 pixels");
    refuses(
        Map.of("test/cow/1.jpg", jpeg(32, 9)),
        "test/cow/1.jpg is in no folder of " + CifarData.CLASSES);
  }

  private void refuses(Map<String, byte[]> files, String message) throws IOException {
    Path archive = archive(files);
    assertThatThrownBy(() -> CifarData.read(archive))
        .isInstanceOf(IOException.class)
        .hasMessage(archive + ": " + message);
  }

  @Test
  void refusesArchivesThatAreMissingEmptyOrCutShort() throws IOException {
    assertThatThrownBy(() -> CifarData.read(folder.resolve("nowhere")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("an archive of JPEG images SET/CLASS/NAME.jpg was expected");
    Path empty = archive(Map.of());
    assertThatThrownBy(() -> CifarData.read(empty))
        .hasMessage(empty + " has no image SET/CLASS/NAME.jpg");
    Path cut = archive(Map.of("test/cat/1.jpg", jpeg(32, 9)));
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> CifarData.read(cut))
        .isInstanceOf(FormatException.class)
        .hasMessage(cut + " at byte 0: the gzip data is cut short");
  }

  private static byte[] jpeg(int size, int grey) throws IOException {
    var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < size * size; i++) {
      image.setRGB(i % size, i / size, grey << 16 | grey << 8 | grey);
    }
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", bytes);
    return bytes.toByteArray();
  }

  private Path archive(Map<String, byte[]> files) throws IOException {
    Path archive = folder.resolve("images.tar.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(archive))) {
      for (var file : files.entrySet()) {
        byte[] header = new byte[512];
        put(header, 0, file.getKey());
        put(header, 124, Integer.toOctalString(file.getValue().length));
        put(header, 148, " ".repeat(8));
        int sum = 0;
        for (byte b : header) {
          sum += b & 0xff;
        }
        put(header, 148, Integer.toOctalString(sum) + "\0");
        out.write(header);
        out.write(file.getValue());
        out.write(new byte[(512 - file.getValue().length % 512) % 512]);
      }
      out.write(new byte[1024]);
    }
    return archive;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
