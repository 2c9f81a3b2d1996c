package dev.ternary.formats.tar;

import dev.ternary.formats.FormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads a tar archive that gzip has compressed, one member after the other. Offsets in messages are
 * those of the archive after decompression.
 */
public final class TarGzReader implements AutoCloseable {

  private final Path path;
  private final InputStream in;
  private long at;
  private long next;

  private TarGzReader(Path path, InputStream in) {
    this.path = path;
    this.in = in;
  }

  /**
   * Opens an archive.
   *
   * @return owned by the caller, who closes it
   * @throws IOException if the file cannot be read, or does not begin as gzip files do
   */
  public static TarGzReader open(Path path) throws IOException {
    InputStream file = Files.newInputStream(path);
    try {
      return new TarGzReader(path, new GZIPInputStream(file, 1 << 16));
    } catch (EOFException | ZipException e) {
      file.close();
      throw new FormatException(path, 0, "is no gzip file: " + e.getMessage(), e);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Goes to the next member, over what was not read of the last one.
   *
   * @return empty behind the last one
   * @throws FormatException if the archive is damaged or cut short
   */
  public Optional<TarHeader> next() throws IOException {
    skip(next - at);
    byte[] block = read(TarHeader.BLOCK);
    if (block.length == 0) {
      return Optional.empty();
    }
    requireWhole(block, TarHeader.BLOCK, "a tar header");
    at += block.length;
    Optional<TarHeader> header =
        TarHeader.read(path, MemorySegment.ofArray(block), at - TarHeader.BLOCK);
    next = at + header.map(TarHeader::paddedBytes).orElse(0L);
    return header;
  }

  /**
   * The content of the member that {@link #next} gave.
   *
   * @throws FormatException if the archive ends before, or the content fits into no array
   */
  public byte[] content(TarHeader member) throws IOException {
    if (member.bytes() > Integer.MAX_VALUE - 8) {
      throw new FormatException(
          path, at, "the member '" + member.name() + "' has " + member.bytes() + " bytes");
    }
    byte[] bytes = read((int) member.bytes());
    requireWhole(bytes, (int) member.bytes(), "the member '" + member.name() + "'");
    at += bytes.length;
    return bytes;
  }

  private byte[] read(int length) throws IOException {
    try {
      return in.readNBytes(length);
    } catch (EOFException | ZipException e) {
      throw damaged(e);
    }
  }

  private void requireWhole(byte[] bytes, int length, String what) throws FormatException {
    if (bytes.length < length) {
      throw new FormatException(
          path,
          at,
          what
              + " needs "
              + length
              + " bytes, but "
              + bytes.length
              + " are left; was it cut short?");
    }
  }

  private void skip(long bytes) throws IOException {
    try {
      in.skipNBytes(bytes);
    } catch (EOFException | ZipException e) {
      throw damaged(e);
    }
    at += bytes;
  }

  private FormatException damaged(IOException e) {
    return new FormatException(path, at, "the gzip data is damaged: " + e.getMessage(), e);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
