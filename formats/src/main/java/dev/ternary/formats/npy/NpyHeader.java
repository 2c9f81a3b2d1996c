package dev.ternary.formats.npy;

import dev.ternary.formats.FormatException;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What precedes the data of an npy array (NumPy 2.4, {@code numpy/lib/_format_impl.py}).
 *
 * @param dtype element type
 * @param bigEndian whether each element has its highest byte first
 * @param fortranOrder whether the first index varies fastest
 * @param shape dimensions
 * @param dataOffset where the data begins, from the start of the array's bytes
 */
record NpyHeader(
    DType dtype, boolean bigEndian, boolean fortranOrder, Shape shape, long dataOffset) {

  /** Magic, version and the longer of the two length fields. */
  static final int LONGEST_START = 12;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Number of bytes of the array's data. */
  long dataBytes() {
    return shape.byteSize(dtype);
  }

  /**
   * Where the header ends, read from the first bytes of an array; fails where there are too few.
   */
  static long endOf(Path path, Place place, byte[] start) throws FormatException {
    if (start.length < MAGIC.length || !Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
      throw place.error(path, 0, "this is no .npy array: it does not start with \\x93NUMPY");
    }
    if (start.length < 10) {
      throw place.error(path, start.length, "the npy header is cut short");
    }
    int major = start[6];
    if (major < 1 || major > 3 || start[7] != 0) {
      throw place.error(
          path,
          6,
          "npy version "
              + (start[6] & 0xff)
              + "."
              + (start[7] & 0xff)
              + " is unknown, expected 1.0, 2.0 or 3.0");
    }
    ByteBuffer lengths = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    if (major == 1) {
      return 10 + Short.toUnsignedLong(lengths.getShort(8));
    }
    if (start.length < LONGEST_START) {
      throw place.error(path, start.length, "the npy header is cut short");
    }
    return LONGEST_START + Integer.toUnsignedLong(lengths.getInt(8));
  }

  /** The header that NumPy writes for this type and shape in version 1.0. */
  static byte[] write(DType dtype, Shape shape) {
    String dims =
        Arrays.stream(shape.toArray()).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '"
            + descr(dtype)
            + "', 'fortran_order': False, 'shape': ("
            + dims
            + (shape.rank() == 1 ? ",)" : ")")
            + ", }";
    int length = Math.ceilDiv(10 + text.length() + 1, 64) * 64;
    if (length - 10 > 0xffff) {
      throw new IllegalArgumentException("a shape of rank " + shape.rank() + " is too long");
    }
    ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (length - 10));
    header.put(text.getBytes(StandardCharsets.ISO_8859_1));
    while (header.remaining() > 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }

  private static String descr(DType dtype) {
    return switch (dtype) {
      case F16 -> "<f2";
      case F32 -> "<f4";
      case F64 -> "<f8";
      case I8 -> "|i1";
      case U8 -> "|u1";
      case I16 -> "<i2";
      case I32 -> "<i4";
      case I64 -> "<i8";
      case BOOL -> "|b1";
      case BF16 ->
          throw new IllegalArgumentException(
              "NumPy has no bfloat16, so it cannot be written as .npy; convert it to F32");
    };
  }

  /**
   * Where an array lies: a prefix for messages, and the offset of the array in the file.
   *
   * @param prefix such as {@code "entry 'a.npy': "}, or nothing
   * @param offset offset of the array in its file; 0 for what is compressed
   */
  record Place(String prefix, long offset) {

    /** The array is the file. */
    static final Place FILE = new Place("", 0);

    FormatException error(Path path, long at, String reason) {
      return new FormatException(path, offset + at, prefix + reason);
    }

    FormatException error(Path path, long at, String reason, Throwable cause) {
      return new FormatException(path, offset + at, prefix + reason, cause);
    }
  }
}
