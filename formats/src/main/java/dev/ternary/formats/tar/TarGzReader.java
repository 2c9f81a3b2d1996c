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

/** Reads a tar archive that gzip has compressed, one member after the other. */
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
      throw damaged(path, e);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Goes to the next member, over what was not read of the last one.
   *
   * @return empty behind the last one, when the rest of the file was read and is whole
   * @throws FormatException if the archive is damaged or cut short
   */
  public Optional<TarHeader> next() throws IOException {
    skip(next - at);
    byte[] block = read(TarHeader.BLOCK);
    if (block.length == 0) {
      return Optional.empty();
    }
    requireWhole(block, TarHeader.BLOCK, "a tar header");
    Optional<TarHeader> header = header(block);
    at += block.length;
    next = at + header.map(TarHeader::paddedBytes).orElse(0L);
    if (header.isEmpty()) {
      readToTheEnd();
    }
    return header;
  }

  private Optional<TarHeader> header(byte[] block) throws FormatException {
    try {
      return TarHeader.read(path, MemorySegment.ofArray(block), at);
    } catch (FormatException e) {
      throw error(e.reason());
    }
  }

  /** Only then has gzip compared its checksum. */
  private void readToTheEnd() throws IOException {
    byte[] rest;
    do {
      rest = read(1 << 16);
      at += rest.length;
    } while (rest.length > 0);
    next = at;
  }

  /**
   * The content of the member that {@link #next} gave.
   *
   * @throws FormatException if the archive ends before, or the content fits into no array
   */
  public byte[] content(TarHeader member) throws IOException {
    if (member.bytes() > Integer.MAX_VALUE - 8) {
      throw error("the member '" + member.name() + "' has " + member.bytes() + " bytes");
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
      throw damaged(path, e);
    }
  }

  private void requireWhole(byte[] bytes, int length, String what) throws FormatException {
    if (bytes.length < length) {
      throw error(
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
      throw damaged(path, e);
    }
    at += bytes;
  }

  /** An error at a place that gzip hides. */
  private FormatException error(String reason) {
    return new FormatException(path, 0, "decompressed, at its byte " + at + ": " + reason);
  }

  private static FormatException damaged(Path path, IOException e) {
    String what = e instanceof EOFException ? "is cut short" : "is damaged: " + e.getMessage();
    return new FormatException(path, 0, "the gzip data " + what, e);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
