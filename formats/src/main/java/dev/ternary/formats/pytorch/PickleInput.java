package dev.ternary.formats.pytorch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.formats.FormatException;
import dev.ternary.tensor.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A cursor over bytes of a file that never passes their end. */
final class PickleInput {

  private static final ValueLayout.OfDouble F64_BIG_ENDIAN =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int LONGEST_LINE = 1000;

  private final Path file;
  private final MemorySegment bytes;
  private final long base;
  private long position;

  /**
   * Starts at the first byte.
   *
   * @param base offset in the file of {@code bytes}
   */
  PickleInput(Path file, MemorySegment bytes, long base) {
    this.file = file;
    this.bytes = bytes;
    this.base = base;
  }

  Path file() {
    return file;
  }

  /** Offset in the file of the next byte. */
  long at() {
    return base + position;
  }

  /** Number of bytes after the position. */
  long left() {
    return bytes.byteSize() - position;
  }

  private long take(long length, String what) throws FormatException {
    long left = left();
    if (length < 0 || length > left) {
      throw new FormatException(
          file,
          at(),
          what
              + " needs "
              + (length < 0 ? Long.toUnsignedString(length) : Long.toString(length))
              + " bytes, but only "
              + left
              + " are left; was the file cut short?");
    }
    long start = position;
    position += length;
    return start;
  }

  int u8(String what) throws FormatException {
    return bytes.get(JAVA_BYTE, take(1, what)) & 0xff;
  }

  int u16(String what) throws FormatException {
    return bytes.get(LittleEndian.SHORT, take(2, what)) & 0xffff;
  }

  int i32(String what) throws FormatException {
    return bytes.get(LittleEndian.INT, take(4, what));
  }

  long u32(String what) throws FormatException {
    return Integer.toUnsignedLong(i32(what));
  }

  long i64(String what) throws FormatException {
    return bytes.get(LittleEndian.LONG, take(8, what));
  }

  double bigEndianDouble(String what) throws FormatException {
    return bytes.get(F64_BIG_ENDIAN, take(8, what));
  }

  /** A view of the next bytes. */
  MemorySegment segment(long length, String what) throws FormatException {
    return bytes.asSlice(take(length, what), length);
  }

  /** A copy of the next bytes. */
  byte[] bytes(long length, String what) throws FormatException {
    MemorySegment segment = segment(length, what);
    if (length > Integer.MAX_VALUE - 8) {
      throw new FormatException(file, at() - length, what + " of " + length + " bytes");
    }
    return segment.toArray(JAVA_BYTE);
  }

  /** The next bytes as a two's complement, little-endian number: Long if it fits, or BigInteger. */
  Number integer(int length, String what) throws FormatException {
    byte[] littleEndian = bytes(length, what);
    if (length == 0) {
      return 0L;
    }
    byte[] bigEndian = new byte[length];
    for (int i = 0; i < length; i++) {
      bigEndian[i] = littleEndian[length - 1 - i];
    }
    var number = new BigInteger(bigEndian);
    // Not a conditional expression, which would need one type for both.
    if (number.bitLength() < Long.SIZE) {
      return number.longValue();
    }
    return number;
  }

  /** The next bytes as UTF-8, which must be valid but for halves of characters. */
  String text(long length, String what) throws FormatException {
    byte[] text = bytes(length, what);
    try {
      return utf8(withoutHalves(text));
    } catch (CharacterCodingException e) {
      throw new FormatException(file, at() - length, what + " is not valid UTF-8", e);
    }
  }

  /** The next bytes as a string of Python 2, which has no character set: UTF-8, else Latin-1. */
  String byteString(long length, String what) throws FormatException {
    byte[] text = bytes(length, what);
    try {
      return utf8(text);
    } catch (CharacterCodingException _) {
      return new String(text, StandardCharsets.ISO_8859_1); // as torch.load(encoding="latin1")
    }
  }

  private static String utf8(byte[] text) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
  }

  /** Puts U+FFFD for surrogates, which Python's pickles may have and UTF-8 may not. */
  private static byte[] withoutHalves(byte[] text) {
    for (int i = 0; i + 2 < text.length; i++) {
      if (text[i] == (byte) 0xed && (text[i + 1] & 0xe0) == 0xa0 && (text[i + 2] & 0xc0) == 0x80) {
        text[i] = (byte) 0xef;
        text[i + 1] = (byte) 0xbf;
        text[i + 2] = (byte) 0xbd;
      }
    }
    return text;
  }

  /** Text up to the next line feed, which is read too. */
  String line(String what) throws FormatException {
    long most = Math.min(LONGEST_LINE + 1L, bytes.byteSize() - position);
    for (long length = 0; length < most; length++) {
      if (bytes.get(JAVA_BYTE, position + length) == '\n') {
        String line = text(length, what);
        position++;
        return line;
      }
    }
    throw new FormatException(file, at(), what + " has no end within " + LONGEST_LINE + " bytes");
  }
}
