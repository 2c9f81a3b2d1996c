package dev.ternary.formats.idx;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Segments;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Reads idx files, the format of the MNIST data set (described at its home page): two zero bytes,
 * the element type, the rank, the dimensions as big-endian 32-bit numbers, the elements. A file
 * that gzip has compressed is recognised by its first bytes, whatever its name.
 */
public final class IdxFile {

  /** No deflate stream grows more than this when it is decompressed (zlib, technical details). */
  private static final long MOST_GROWTH = 1032;

  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private IdxFile() {}

  /**
   * Reads a whole file into the heap.
   *
   * @throws FormatException if it is no valid idx file, is cut short, or holds more than an array
   *     can
   * @throws IOException if it cannot be read
   */
  public static Tensor read(Path path) throws IOException {
    try (MappedFile file = MappedFile.open(path)) {
      if (file.size() > LARGEST_ARRAY) {
        throw new FormatException(
            path, 0, "the file has " + file.size() + " bytes, more than an array can hold");
      }
      byte[] bytes = file.bytes().toArray(JAVA_BYTE);
      boolean gzip = bytes.length >= 2 && (bytes[0] & 0xff) == 0x1f && (bytes[1] & 0xff) == 0x8b;
      return gzip ? readGzip(path, bytes) : readPlain(path, bytes);
    }
  }

  private static Tensor readPlain(Path path, byte[] bytes) throws IOException {
    return read(new Source(path, new ByteArrayInputStream(bytes), bytes.length, false));
  }

  private static Tensor readGzip(Path path, byte[] bytes) throws IOException {
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes), 1 << 16)) {
      return read(new Source(path, gzip, bytes.length * MOST_GROWTH, true));
    } catch (FormatException e) {
      throw e;
    } catch (EOFException e) {
      throw new FormatException(path, bytes.length, "the gzip data is cut short", e);
    } catch (IOException e) {
      throw new FormatException(path, 0, "the gzip data is damaged: " + e.getMessage(), e);
    }
  }

  private static Tensor read(Source source) throws IOException {
    byte[] start = source.take(4, "the idx header");
    if (start[0] != 0 || start[1] != 0) {
      throw source.error(0, "this is no idx file: it does not start with two zero bytes");
    }
    DType dtype =
        switch (start[2]) {
          case 0x08 -> DType.U8;
          case 0x09 -> DType.I8;
          case 0x0B -> DType.I16;
          case 0x0C -> DType.I32;
          case 0x0D -> DType.F32;
          case 0x0E -> DType.F64;
          default ->
              throw source.error(
                  2,
                  "element type "
                      + (start[2] & 0xff)
                      + " is unknown, expected 8, 9, 11, 12, 13 or 14");
        };
    long[] dims = new long[start[3] & 0xff];
    for (int axis = 0; axis < dims.length; axis++) {
      byte[] dim = source.take(4, "dimension " + axis);
      dims[axis] =
          ((dim[0] & 0xffL) << 24)
              | ((dim[1] & 0xffL) << 16)
              | ((dim[2] & 0xffL) << 8)
              | (dim[3] & 0xffL);
    }
    Shape shape;
    long size;
    try {
      shape = Shape.of(dims);
      size = shape.byteSize(dtype);
    } catch (IllegalArgumentException e) {
      throw source.error(4, Text.message(e));
    }
    if (size > LARGEST_ARRAY) {
      throw source.error(
          4, dtype + " " + shape + " takes " + size + " bytes, more than an array can hold");
    }
    MemorySegment data =
        MemorySegment.ofArray(source.take((int) size, "the data, " + dtype + " " + shape + ","));
    source.end();
    Segments.swapBytes(data, dtype.bytes());
    return new Tensor(dtype, shape, data);
  }

  /** The bytes of an idx file, and how many there can be at most. */
  private static final class Source {

    private final Path path;
    private final InputStream in;
    private final long most;
    private final boolean compressed;
    private long taken;

    Source(Path path, InputStream in, long most, boolean compressed) {
      this.path = path;
      this.in = in;
      this.most = most;
      this.compressed = compressed;
    }

    byte[] take(int length, String what) throws IOException {
      if (length > most - taken) {
        throw tooShort(what, length, most - taken);
      }
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw tooShort(what, length, bytes.length);
      }
      taken += length;
      return bytes;
    }

    private FormatException tooShort(String what, long needed, long left) {
      return error(
          taken,
          what
              + " needs "
              + needed
              + " bytes, but there are "
              + (compressed ? "at most " : "only ")
              + left
              + " more; was the file cut short?");
    }

    void end() throws IOException {
      if (in.read() >= 0) {
        throw error(taken, "the array ends here, but more bytes follow");
      }
    }

    /** An error at {@code at} of the idx bytes, which gzip hides the place of. */
    FormatException error(long at, String reason) {
      return compressed
          ? new FormatException(path, 0, "decompressed, at its byte " + at + ": " + reason)
          : new FormatException(path, at, reason);
    }
  }
}
