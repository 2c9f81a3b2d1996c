package dev.ternary.formats.tar;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.formats.FormatException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The block in front of a member of a tar archive (POSIX.1-1988, ustar): its name without the
 * prefix that longer names have, and its length.
 *
 * @param name as it is stored
 * @param bytes length of the content, which blocks of zeros fill up
 * @param file whether it is a regular file
 */
public record TarHeader(String name, long bytes, boolean file) {

  /** Headers and contents begin at multiples of this. */
  public static final int BLOCK = 512;

  /**
   * Reads a header.
   *
   * @param path of the archive, for messages
   * @param block its {@value #BLOCK} bytes
   * @param at where the header is
   * @return empty for the block without a name, which ends the archive
   * @throws FormatException if the checksum is wrong or a number is not octal
   */
  public static Optional<TarHeader> read(Path path, MemorySegment block, long at)
      throws FormatException {
    String name = text(block.asSlice(0, 100));
    if (name.isEmpty()) {
      return Optional.empty();
    }
    long sum = 8 * ' ';
    for (long i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? 0 : block.get(JAVA_BYTE, i) & 0xff;
    }
    long expected = octal(path, block.asSlice(148, 8), at);
    if (sum != expected) {
      throw new FormatException(
          path, at, "the tar header has checksum " + sum + ", but says " + expected);
    }
    byte type = block.get(JAVA_BYTE, 156);
    long bytes = octal(path, block.asSlice(124, 12), at);
    return Optional.of(new TarHeader(name, bytes, type == '0' || type == 0));
  }

  /** Length of the content with the zeros behind it. */
  public long paddedBytes() {
    return Math.ceilDiv(bytes, (long) BLOCK) * BLOCK;
  }

  private static long octal(Path path, MemorySegment digits, long at) throws FormatException {
    try {
      return Long.parseUnsignedLong(text(digits).strip(), 8) & Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      throw new FormatException(path, at, "the tar header has a number that is not octal", e);
    }
  }

  private static String text(MemorySegment field) {
    String all = new String(field.toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
    int end = all.indexOf('\0');
    return end < 0 ? all : all.substring(0, end);
  }
}
