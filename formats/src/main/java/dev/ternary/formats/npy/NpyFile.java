package dev.ternary.formats.npy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Segments;
import dev.ternary.formats.npy.NpyHeader.Place;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * NumPy's .npy files. {@link #read} copies an array into the heap; {@link #open} maps it, for
 * arrays of any size. Reads versions 1.0 to 3.0, both byte orders, C and Fortran order; refuses
 * object arrays (they are pickles), records, strings and element types that {@link DType} lacks,
 * which {@link #openAny} lists.
 *
 * <p>If another process shortens a mapped file, reading its tensor throws {@link InternalError}.
 */
public final class NpyFile implements AutoCloseable {

  static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final MappedFile file;
  private final Function<String, StoredTensor> array;
  private final Optional<Tensor> tensor;
  private volatile boolean closed;

  private NpyFile(MappedFile file, Tensor tensor) {
    this.file = file;
    this.tensor = Optional.of(tensor);
    this.array = name -> StoredTensor.of(name, tensor);
  }

  private NpyFile(MappedFile file, StoredTensor foreign, FormatException refusal) {
    this.file = file;
    this.tensor = Optional.empty();
    this.array =
        name ->
            StoredTensor.opaque(
                name, foreign.encoding(), foreign.shape(), foreign.bytes(), refusal);
  }

  /**
   * Maps a file. An array that is big-endian or of rank 2 or more in Fortran order is converted
   * into the heap instead.
   *
   * @throws FormatException if it is no valid .npy file, or what it holds is not supported
   * @throws IOException if it cannot be read
   */
  public static NpyFile open(Path path) throws IOException {
    return open(path, false);
  }

  /**
   * As {@link #open}, also where the elements are not supported: {@link #stored} has their bytes.
   *
   * @throws FormatException if it is no valid .npy file
   * @throws IOException if it cannot be read
   */
  public static NpyFile openAny(Path path) throws IOException {
    return open(path, true);
  }

  private static NpyFile open(Path path, boolean any) throws IOException {
    MappedFile file = MappedFile.open(path);
    boolean opened = false;
    try {
      byte[] start = headerBytes(file);
      Optional<ForeignArray> foreign =
          any ? NpyHeaderParser.foreign(path, Place.FILE, start) : Optional.empty();
      if (foreign.isPresent()) {
        StoredTensor stored = foreign.get().stored("", file.bytes());
        opened = true;
        return new NpyFile(file, stored, foreign.get().refusal());
      }
      NpyHeader header = header(file, start);
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
      NpyHeader header = header(file, headerBytes(file));
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

  private static byte[] headerBytes(MappedFile file) throws FormatException {
    Path path = file.path();
    long startLength = Math.min(NpyHeader.LONGEST_START, file.size());
    byte[] start = file.bytes().asSlice(0, startLength).toArray(JAVA_BYTE);
    long end = NpyHeader.endOf(path, Place.FILE, start);
    if (end > LARGEST_ARRAY) {
      throw new FormatException(path, 8, "an npy header of " + end + " bytes is no header");
    }
    return file.slice(0, end, "the npy header").toArray(JAVA_BYTE);
  }

  private static NpyHeader header(MappedFile file, byte[] bytes) throws FormatException {
    Path path = file.path();
    long end = bytes.length;
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
              + (left < header.dataBytes()
                  ? "; was the file cut short?"
                  : "; a file has one array, and several go into an .npz"));
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

  /**
   * The array; not to be used after {@link #close}.
   *
   * @throws IllegalStateException if its elements are not supported, which only {@link #openAny}
   *     lets pass
   */
  public Tensor tensor() {
    requireOpen();
    return tensor.orElseThrow(
        () -> new IllegalStateException(file.path() + " has elements that are not supported"));
  }

  /** The array under a name, whatever its elements are; not to be used after {@link #close}. */
  public StoredTensor stored(String name) {
    requireOpen();
    return array.apply(name);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(file.path() + " is closed");
    }
  }

  /** Unmaps the file; its tensor cannot be read any more. Does nothing when called again. */
  @Override
  public void close() {
    closed = true;
    file.close();
  }
}
