package dev.ternary.formats.npy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Segments;
import dev.ternary.formats.npy.NpyHeader.Place;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * NumPy's .npy files. {@link #read} copies an array into the heap; {@link #open} maps it, for
 * arrays of any size. Reads versions 1.0 to 3.0, both byte orders, C and Fortran order; refuses
 * object arrays (they are pickles), records, strings and element types that {@link DType} lacks.
 *
 * <p>If another process shortens a mapped file, reading its tensor throws {@link InternalError}.
 */
public final class NpyFile implements AutoCloseable {

  static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final MappedFile file;
  private final Tensor tensor;
  private volatile boolean closed;

  private NpyFile(MappedFile file, Tensor tensor) {
    this.file = file;
    this.tensor = tensor;
  }

  /**
   * Maps a file. An array that is big-endian or of rank 2 or more in Fortran order is converted
   * into the heap instead.
   *
   * @throws FormatException if it is no valid .npy file, or what it holds is not supported
   * @throws IOException if it cannot be read
   */
  public static NpyFile open(Path path) throws IOException {
    MappedFile file = MappedFile.open(path);
    boolean opened = false;
    try {
      NpyHeader header = header(file);
      MemorySegment data = file.bytes().asSlice(header.dataOffset());
      Tensor tensor =
          NpyData.isPlain(header)
              ? new Tensor(header.dtype(), header.shape(), data)
              : NpyData.toTensor(header, copy(path, data));
      opened = true;
      return new NpyFile(file, tensor);
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /**
   * Reads an array into the heap.
   *
   * @throws FormatException if it is no valid .npy file, what it holds is not supported, or it is
   *     larger than 2 GiB
   * @throws IOException if it cannot be read
   */
  public static Tensor read(Path path) throws IOException {
    try (MappedFile file = MappedFile.open(path)) {
      NpyHeader header = header(file);
      return NpyData.toTensor(header, copy(path, file.bytes().asSlice(header.dataOffset())));
    }
  }

  private static MemorySegment copy(Path path, MemorySegment data) throws FormatException {
    if (data.byteSize() > LARGEST_ARRAY) {
      throw new FormatException(
          path,
          0,
          "the array has "
              + data.byteSize()
              + " bytes, more than the heap can hold in one piece; save it in C order and"
              + " little-endian, and map it");
    }
    return MemorySegment.ofArray(data.toArray(JAVA_BYTE));
  }

  private static NpyHeader header(MappedFile file) throws FormatException {
    Path path = file.path();
    long startLength = Math.min(NpyHeader.LONGEST_START, file.size());
    byte[] start = file.bytes().asSlice(0, startLength).toArray(JAVA_BYTE);
    long end = NpyHeader.endOf(path, Place.FILE, start);
    if (end > LARGEST_ARRAY) {
      throw new FormatException(path, 8, "an npy header of " + end + " bytes is no header");
    }
    byte[] bytes = file.slice(0, end, "the npy header").toArray(JAVA_BYTE);
    NpyHeader header = NpyHeaderParser.read(path, Place.FILE, bytes);
    long left = file.size() - end;
    if (left != header.dataBytes()) {
      throw new FormatException(
          path,
          left < header.dataBytes() ? file.size() : end + header.dataBytes(),
          header.dtype()
              + " "
              + header.shape()
              + " takes "
              + header.dataBytes()
              + " bytes, but "
              + left
              + " follow the header"
              + (left < header.dataBytes() ? "; was the file cut short?" : ""));
    }
    return header;
  }

  /**
   * Writes an array in C order, little-endian, version 1.0: the bytes that {@code numpy.save}
   * writes.
   *
   * @throws IllegalArgumentException if the elements are BF16, which NumPy does not have
   * @throws IOException if the file cannot be written; the message says why
   */
  public static void write(Path path, Tensor tensor, IfExists ifExists) throws IOException {
    byte[] header = NpyHeader.write(tensor.dtype(), tensor.shape());
    AtomicFile.write(
        path,
        ifExists,
        out -> {
          Segments.write(ByteBuffer.wrap(header), out);
          Segments.write(tensor.data(), out);
        });
  }

  /** The array; not to be used after {@link #close}. */
  public Tensor tensor() {
    if (closed) {
      throw new IllegalStateException(file.path() + " is closed");
    }
    return tensor;
  }

  /** Unmaps the file; its tensor cannot be read any more. Does nothing when called again. */
  @Override
  public void close() {
    closed = true;
    file.close();
  }
}
