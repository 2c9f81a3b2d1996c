package dev.ternary.formats.npy;

import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Segments;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.npy.NpyHeader.Place;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * NumPy's .npz files: zip archives of .npy arrays, as {@code numpy.savez} and {@code
 * numpy.savez_compressed} write them.
 */
public final class NpzFile {

  /** How arrays lie in the archive. */
  public enum Compression {
    /** As they are, like {@code numpy.savez}. */
    STORED,
    /** Deflated, like {@code numpy.savez_compressed}. */
    DEFLATED
  }

  private static final String SUFFIX = ".npy";

  /** No deflate stream grows more than this when it is decompressed (zlib, technical details). */
  private static final long MOST_GROWTH = 1032;

  /** The first time that a zip archive can express. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private NpzFile() {}

  /**
   * Reads all arrays into the heap, up to half of the memory that the JVM may take.
   *
   * @return the arrays by name without {@code .npy}, in the archive's order; unmodifiable
   * @throws FormatException if it is no valid archive of arrays, or they take too much memory
   * @throws IOException if it cannot be read
   */
  public static Map<String, Tensor> read(Path path) throws IOException {
    return read(path, Runtime.getRuntime().maxMemory() / 2);
  }

  /**
   * Reads all arrays into the heap.
   *
   * @param maxBytes most bytes that all arrays may take together; a small archive can hold a lot
   */
  public static Map<String, Tensor> read(Path path, long maxBytes) throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (StoredTensor stored : readAll(path, maxBytes)) {
      tensors.put(stored.name(), stored.toTensor());
    }
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * Reads all members into the heap, up to half of the memory that the JVM may take. A member that
   * is no array, or one of elements that are not supported, comes as its bytes.
   *
   * @return the members in the archive's order, arrays by name without {@code .npy}
   * @throws FormatException if it is no valid archive, or they take too much memory
   * @throws IOException if it cannot be read
   */
  public static List<StoredTensor> readAll(Path path) throws IOException {
    return readAll(path, Runtime.getRuntime().maxMemory() / 2);
  }

  private static List<StoredTensor> readAll(Path path, long maxBytes) throws IOException {
    long fileSize;
    try (MappedFile file = MappedFile.open(path)) { // for its messages
      fileSize = file.size();
    }
    try (var zip = new ZipFile(path.toFile())) {
      return read(new Archive(path, zip, fileSize), maxBytes);
    } catch (FormatException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw new FormatException(path, 0, "this is no valid zip archive of arrays: " + reason(e), e);
    }
  }

  private static String reason(Exception e) {
    return e instanceof EOFException ? "it ends too early" : Text.message(e);
  }

  /** An open archive. */
  private record Archive(Path path, ZipFile zip, long fileSize) {

    FormatException error(String reason) {
      return new FormatException(path, 0, reason);
    }
  }

  private static List<StoredTensor> read(Archive archive, long maxBytes) throws IOException {
    var tensors = new LinkedHashMap<String, StoredTensor>();
    long bytes = 0;
    long compressed = 0;
    for (ZipEntry entry : Collections.list(archive.zip().entries())) {
      if (entry.isDirectory()) {
        continue;
      }
      String what = "entry " + Text.quote(entry.getName());
      compressed += entry.getCompressedSize();
      bytes += entry.getSize();
      requirePlausible(archive, entry, what);
      if (compressed < 0 || compressed > archive.fileSize()) {
        throw archive.error(what + " and those before it take more bytes than the file has");
      }
      if (bytes < 0 || bytes > maxBytes) {
        throw archive.error(
            what
                + " and those before it take "
                + bytes
                + " bytes of memory, more than the "
                + maxBytes
                + " allowed");
      }
      StoredTensor tensor = read(archive, entry, new Place(what + ": ", 0));
      if (tensors.put(tensor.name(), tensor) != null) {
        throw archive.error(what + " is there twice");
      }
    }
    return List.copyOf(tensors.values());
  }

  private static void requirePlausible(Archive archive, ZipEntry entry, String what)
      throws FormatException {
    long size = entry.getSize();
    long compressed = entry.getCompressedSize();
    boolean plausible =
        size >= 0
            && compressed >= 0
            && (entry.getMethod() == ZipEntry.STORED
                ? size == compressed
                : size / MOST_GROWTH <= compressed);
    if (!plausible) {
      throw archive.error(
          what + " cannot hold " + size + " bytes in " + compressed + " bytes of the archive");
    }
    if (size > NpyFile.LARGEST_ARRAY) {
      throw archive.error(
          what + " has " + size + " bytes, more than an array can hold; save it as .npy");
    }
  }

  private static StoredTensor read(Archive archive, ZipEntry entry, Place place)
      throws IOException {
    byte[] all;
    try (InputStream in = archive.zip().getInputStream(entry)) {
      if (in == null) {
        throw archive.error(place.prefix() + "it is not there");
      }
      all = in.readNBytes((int) entry.getSize());
      if (all.length < entry.getSize() || in.read() >= 0) {
        throw archive.error(
            place.prefix() + "it does not have the " + entry.getSize() + " bytes it declares");
      }
    }
    var crc = new CRC32();
    crc.update(all);
    if (crc.getValue() != entry.getCrc()) {
      throw archive.error(place.prefix() + "its bytes are damaged: the checksum differs");
    }
    return stored(archive, entry.getName(), place, all);
  }

  private static StoredTensor stored(Archive archive, String entry, Place place, byte[] all) {
    var bytes = MemorySegment.ofArray(all);
    Shape shape = Shape.of(all.length);
    if (!entry.endsWith(SUFFIX)) {
      FormatException refusal = archive.error("entry " + Text.quote(entry) + " is no .npy array");
      return StoredTensor.opaque(entry, "file", shape, bytes, refusal);
    }
    String name = entry.substring(0, entry.length() - SUFFIX.length());
    Path path = archive.path();
    try {
      byte[] header = header(path, place, all);
      Optional<ForeignArray> foreign = NpyHeaderParser.foreign(path, place, header);
      return foreign.isPresent()
          ? foreign.get().stored(name, bytes)
          : StoredTensor.of(name, toTensor(path, place, header, all));
    } catch (FormatException e) {
      return StoredTensor.opaque(name, "npy", shape, bytes, e);
    }
  }

  private static byte[] header(Path path, Place place, byte[] all) throws FormatException {
    byte[] start = Arrays.copyOf(all, Math.min(all.length, NpyHeader.LONGEST_START));
    long end = NpyHeader.endOf(path, place, start);
    if (end > all.length) {
      throw place.error(path, 0, "the npy header is cut short");
    }
    return Arrays.copyOf(all, (int) end);
  }

  private static Tensor toTensor(Path path, Place place, byte[] headerBytes, byte[] all)
      throws FormatException {
    NpyHeader header = NpyHeaderParser.read(path, place, headerBytes);
    long end = headerBytes.length;
    long left = all.length - end;
    if (left != header.dataBytes()) {
      throw place.error(
          path,
          0,
          header.dtype()
              + " "
              + header.shape()
              + " takes "
              + header.dataBytes()
              + " bytes, but "
              + left
              + " follow the header");
    }
    return NpyData.toTensor(header, MemorySegment.ofArray(all).asSlice(end));
  }

  /**
   * Writes an archive whole or not at all. The same arrays give the same bytes.
   *
   * @param tensors the arrays by name, without {@code .npy}, in the order to write them
   * @throws IllegalArgumentException if a tensor is BF16, which NumPy does not have
   * @throws IOException if the file cannot be written; the message says why
   */
  public static void write(
      Path path, Map<String, Tensor> tensors, Compression compression, IfExists ifExists)
      throws IOException {
    for (Tensor tensor : tensors.values()) {
      headerOf(tensor); // refuses before anything is written
    }
    AtomicFile.write(
        path,
        ifExists,
        out -> {
          var zip = new ZipOutputStream(buffered(out));
          for (var tensor : tensors.entrySet()) {
            byte[] header = headerOf(tensor.getValue());
            zip.putNextEntry(entry(tensor.getKey(), header, tensor.getValue(), compression));
            zip.write(header);
            Segments.write(tensor.getValue().data(), Channels.newChannel(zip));
            zip.closeEntry();
          }
          zip.finish();
          zip.flush();
        });
  }

  private static byte[] headerOf(Tensor tensor) {
    return NpyHeader.write(tensor.dtype(), tensor.shape());
  }

  private static ZipEntry entry(String name, byte[] header, Tensor tensor, Compression compression)
      throws IOException {
    var entry = new ZipEntry(name + SUFFIX);
    entry.setTimeLocal(NO_TIME);
    switch (compression) {
      case STORED -> {
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(header.length + tensor.data().byteSize());
        var crc = new Crc();
        crc.write(ByteBuffer.wrap(header));
        Segments.write(tensor.data(), crc);
        entry.setCrc(crc.value());
      }
      case DEFLATED -> entry.setMethod(ZipEntry.DEFLATED);
    }
    return entry;
  }

  private static OutputStream buffered(WritableByteChannel out) {
    return new BufferedOutputStream(Channels.newOutputStream(out), 1 << 16);
  }

  /** Counts a checksum over what is written to it. */
  private static final class Crc implements WritableByteChannel {

    private final CRC32 crc = new CRC32();

    long value() {
      return crc.getValue();
    }

    @Override
    public int write(ByteBuffer bytes) {
      int length = bytes.remaining();
      crc.update(bytes);
      return length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // Holds nothing.
    }
  }
}
