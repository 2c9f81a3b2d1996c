package dev.ternary.images;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * How a camera was held, as a JPEG file says in its EXIF part: tag 274, {@code Orientation}, of the
 * first directory (EXIF 2.3, section 4.6.4). 1, upright, where it does not say.
 */
final class Orientation {

  static final int UPRIGHT = 1;

  private static final int START_OF_IMAGE = 0xffd8;
  private static final int START_OF_SCAN = 0xffda;
  private static final int APP1 = 0xffe1;
  private static final int TAG = 274;
  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

  private Orientation() {}

  /** Reads up to the pixels of a JPEG file. */
  static int of(InputStream jpeg) throws IOException {
    var in = new DataInputStream(jpeg);
    try {
      if (in.readUnsignedShort() != START_OF_IMAGE) {
        return UPRIGHT;
      }
      int marker = in.readUnsignedShort();
      while ((marker & 0xff00) == 0xff00 && marker != START_OF_SCAN) {
        int length = in.readUnsignedShort() - 2;
        if (length < 0) {
          return UPRIGHT;
        }
        byte[] segment = in.readNBytes(length);
        if (marker == APP1 && startsWithExif(segment)) {
          return ofDirectory(segment);
        }
        marker = in.readUnsignedShort();
      }
    } catch (EOFException _) {
      // It ends before its pixels; the decoder says so better.
    }
    return UPRIGHT;
  }

  private static boolean startsWithExif(byte[] segment) {
    return segment.length >= EXIF.length + 8
        && ByteBuffer.wrap(segment, 0, EXIF.length).equals(ByteBuffer.wrap(EXIF));
  }

  /** Twelve bytes an entry: tag, type, count, value. */
  private static int ofDirectory(byte[] segment) {
    ByteBuffer tiff = ByteBuffer.wrap(segment, EXIF.length, segment.length - EXIF.length).slice();
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long start = Integer.toUnsignedLong(tiff.getInt(4));
    if (start + 2 > tiff.limit()) {
      return UPRIGHT;
    }
    int entries = Short.toUnsignedInt(tiff.getShort((int) start));
    for (int i = 0; i < entries; i++) {
      long entry = start + 2 + 12L * i;
      if (entry + 12 > tiff.limit()) {
        return UPRIGHT;
      }
      if (Short.toUnsignedInt(tiff.getShort((int) entry)) == TAG) {
        int value = Short.toUnsignedInt(tiff.getShort((int) entry + 8));
        return value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }
}
