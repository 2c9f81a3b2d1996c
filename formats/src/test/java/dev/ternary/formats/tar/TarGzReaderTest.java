package dev.ternary.formats.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.formats.Corruption;
import dev.ternary.formats.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarGzReaderTest {

  /** {@code tar --format=ustar -cz} of a folder with the files one ("1") and two ("22\n"). */
  private static final String GNU_TAR =
      "H4sIAAAAAAACA+3TPQ6DMAyGYc89BTdIYuJyngysIFGqXr9RJ/7EBEGo77PYm2V9+pKT0/msMfvNbDk39iaq"
          + "SWVSwPs1piGfPOLJ6XM3kVzftQXyf8a4k3+Y5x98UC+VJ//TBcE/S2789Jf3v17135T+l6D6oAQAAAAAAAAA"
          + "AAAAANzcFz9opPQAKAAA";

  @TempDir private Path folder;

  private static Map<String, String> members(Path file) throws IOException {
    var members = new LinkedHashMap<String, String>();
    try (TarGzReader reader = TarGzReader.open(file)) {
      for (var m = reader.next(); m.isPresent(); m = reader.next()) {
        String content = new String(reader.content(m.get()), StandardCharsets.US_ASCII);
        members.put(m.get().name(), m.get().file() ? content : "no file");
      }
    }
    return members;
  }

  @Test
  void readsWhatGnuTarWrites() throws IOException {
    Path file = folder.resolve("gnu.tar.gz");
    Files.write(file, Base64.getDecoder().decode(GNU_TAR));
    assertThat(members(file))
        .containsExactly(
            Map.entry("a/", "no file"), Map.entry("a/one", "1"), Map.entry("a/two", "22\n"));
  }

  @Test
  void refusesWhatIsDamagedOrCutShort() throws IOException {
    Path file = folder.resolve("gnu.tar.gz");
    Files.write(file, Base64.getDecoder().decode(GNU_TAR));
    Corruption.check(file, TarGzReaderTest::members);
  }

  @Test
  void goesOverMembersThatNobodyReads() throws IOException {
    Path file = write(tar(header("large", 600), new byte[1024], header("small", 0)));
    try (TarGzReader reader = TarGzReader.open(file)) {
      assertThat(reader.next()).contains(new TarHeader("large", 600, true));
      assertThat(reader.next()).contains(new TarHeader("small", 0, true));
      assertThat(reader.next()).isEmpty();
      assertThat(reader.next()).isEmpty();
    }
  }

  @Test
  void saysWhatIsWrongAndWhere() throws IOException {
    byte[] other = header("two", 1);
    other[0] = 'T';
    assertThatThrownBy(() -> members(write(tar(header("one", 0), other))))
        .isInstanceOf(FormatException.class)
        .hasMessageEndingWith(
            "some.tar.gz at byte 0: decompressed, at its byte 512: the tar header has checksum 619,"
                + " but says 651");
    assertThatThrownBy(() -> members(write(tar(header("one", 7), new byte[5]))))
        .isInstanceOf(FormatException.class)
        .hasMessageEndingWith(
            "decompressed, at its byte 512: the member 'one' needs 7 bytes, but 5 are left; was it"
                + " cut short?");
    byte[] word = header("one", 7);
    System.arraycopy("seven".getBytes(StandardCharsets.US_ASCII), 0, word, 124, 5);
    assertThatThrownBy(() -> members(write(tar(checked(word)))))
        .isInstanceOf(FormatException.class)
        .hasMessageEndingWith("the tar header has a number that is not octal");
    Path plain = folder.resolve("plain.tar.gz");
    Files.write(plain, tar(header("one", 0)));
    assertThatThrownBy(() -> members(plain))
        .isInstanceOf(FormatException.class)
        .hasMessageEndingWith("at byte 0: the gzip data is damaged: Not in GZIP format");
  }

  private Path write(byte[] tar) throws IOException {
    Path file = folder.resolve("some.tar.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(tar);
    }
    return file;
  }

  private static byte[] tar(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] header(String name, int length) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 124, Integer.toOctalString(length));
    return checked(header);
  }

  private static byte[] checked(byte[] header) {
    put(header, 148, " ".repeat(8));
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, Integer.toOctalString(sum) + "\0");
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
