package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The central directory of a zip archive in memory, which gives views of stored records. Layout as
 * in PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5. Checksums are not compared: PyTorch may
 * write them as 0, and comparing would read the whole file.
 */
final class ZipDirectory {

  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64_BYTES = 56;
  private static final int ENTRY_BYTES = 46;
  private static final int LOCAL_BYTES = 30;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final long UNKNOWN_U32 = 0xffff_ffffL;

  /** Deflated bytes that do not become fewer take little more than they are. */
  private static final int MOST_GROWTH = 64 << 10;

  private final FileBytes file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private ZipDirectory(FileBytes file) {
    this.file = file;
  }

  /** A record of the archive as the directory lists it. */
  private record Entry(
      long at, int flags, int method, long packedBytes, long bytes, long localHeader) {}

  /** The bytes of a record and where they are in the file. */
  record Content(MemorySegment bytes, long offset) {}

  /** Where the directory is. */
  private record Extent(long count, long bytes, long offset) {}

  static ZipDirectory read(FileBytes file) throws FormatException {
    var directory = new ZipDirectory(file);
    directory.readEntries(directory.extent());
    return directory;
  }

  private Extent extent() throws FormatException {
    MemorySegment bytes = file.bytes();
    long first = Math.max(0, file.size() - END_BYTES - 0xffff);
    for (long at = file.size() - END_BYTES; at >= first; at--) {
      boolean found =
          bytes.get(LittleEndian.INT, at) == 0x06054b50
              && at + END_BYTES + u16(bytes, at + 20) == file.size();
      if (found) {
        Extent plain = new Extent(u16(bytes, at + 10), u32(bytes, at + 12), u32(bytes, at + 16));
        return extent64(at).orElse(plain);
      }
    }
    throw new FormatException(
        file.path(),
        file.size(),
        "the zip archive has no end of central directory; was the file cut short?");
  }

  private Optional<Extent> extent64(long end) throws FormatException {
    MemorySegment bytes = file.bytes();
    long locator = end - LOCATOR_BYTES;
    if (locator < 0 || bytes.get(LittleEndian.INT, locator) != 0x07064b50) {
      return Optional.empty();
    }
    long at = bytes.get(LittleEndian.LONG, locator + 8);
    if (at < 0 || at > locator - END64_BYTES || bytes.get(LittleEndian.INT, at) != 0x06064b50) {
      throw new FormatException(
          file.path(), locator, "no zip64 end of central directory where its locator points");
    }
    return Optional.of(
        new Extent(
            bytes.get(LittleEndian.LONG, at + 32),
            bytes.get(LittleEndian.LONG, at + 40),
            bytes.get(LittleEndian.LONG, at + 48)));
  }

  private void readEntries(Extent extent) throws FormatException {
    if (extent.count() < 0 || extent.bytes() < 0 || extent.offset() < 0) {
      throw new FormatException(file.path(), 0, "the zip directory has a negative size or place");
    }
    MemorySegment all = file.slice(extent.offset(), extent.bytes(), "the zip directory");
    var in = new PickleInput(file.path(), all, extent.offset());
    for (long i = 0; i < extent.count(); i++) {
      long at = in.at();
      MemorySegment fixed = in.segment(ENTRY_BYTES, "a zip directory entry");
      if (fixed.get(LittleEndian.INT, 0) != 0x02014b50) {
        throw new FormatException(file.path(), at, "no zip directory entry where one must be");
      }
      String name = name(in.bytes(u16(fixed, 28), "the name of a zip record"));
      MemorySegment extra = in.segment(u16(fixed, 30), "the extra field of a zip record");
      in.segment(u16(fixed, 32), "the comment of a zip record");
      if (entries.put(name, entry(at, fixed, extra)) != null) {
        throw new FormatException(
            file.path(), at, "two zip records are called " + Text.quote(name));
      }
    }
  }

  private static String name(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private Entry entry(long at, MemorySegment fixed, MemorySegment extra) throws FormatException {
    long bytes = u32(fixed, 24);
    long packed = u32(fixed, 20);
    long local = u32(fixed, 42);
    long next = 0;
    MemorySegment wide = zip64(extra);
    if (bytes == UNKNOWN_U32) {
      bytes = u64(at, wide, next);
      next += 8;
    }
    if (packed == UNKNOWN_U32) {
      packed = u64(at, wide, next);
      next += 8;
    }
    if (local == UNKNOWN_U32) {
      local = u64(at, wide, next);
    }
    return new Entry(at, u16(fixed, 8), u16(fixed, 10), packed, bytes, local);
  }

  /** The extended information of an extra field: its header 1; empty if it has none. */
  private static MemorySegment zip64(MemorySegment extra) {
    long at = 0;
    while (at + 4 <= extra.byteSize()) {
      long length = Math.min(u16(extra, at + 2), extra.byteSize() - at - 4);
      if (u16(extra, at) == 1) {
        return extra.asSlice(at + 4, length);
      }
      at += 4 + length;
    }
    return extra.asSlice(0, 0);
  }

  private long u64(long at, MemorySegment wide, long from) throws FormatException {
    long value = from + 8 <= wide.byteSize() ? wide.get(LittleEndian.LONG, from) : -1;
    if (value < 0) {
      throw new FormatException(file.path(), at, "a zip64 size is missing or negative");
    }
    return value;
  }

  /** Names of all records, in the order of the directory. */
  Iterable<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /** A view of the record with this name; empty if there is none. */
  Optional<Content> find(String name) throws FormatException {
    Optional<Entry> found = Optional.ofNullable(entries.get(name));
    return found.isEmpty() ? Optional.empty() : Optional.of(content(name, found.get()));
  }

  private Content content(String name, Entry entry) throws FormatException {
    String subject = "zip record " + Text.quote(name);
    if (entry.method() != STORED || entry.packedBytes() != entry.bytes()) {
      throw new FormatException(
          file.path(),
          entry.at(),
          subject
              + " is compressed (method "
              + entry.method()
              + "); PyTorch stores its records as they are, save the checkpoint again");
    }
    return packed(name, entry);
  }

  /** The bytes of a record as they are in the file. */
  private Content packed(String name, Entry entry) throws FormatException {
    String subject = "zip record " + Text.quote(name);
    if ((entry.flags() & 1) != 0) {
      throw new FormatException(file.path(), entry.at(), subject + " is encrypted");
    }
    MemorySegment local = file.slice(entry.localHeader(), LOCAL_BYTES, subject);
    int nameBytes = u16(local, 26);
    long nameAt = entry.localHeader() + LOCAL_BYTES;
    boolean same =
        local.get(LittleEndian.INT, 0) == 0x04034b50
            && name(file.slice(nameAt, nameBytes, subject).toArray(ValueLayout.JAVA_BYTE))
                .equals(name);
    if (!same) {
      throw new FormatException(
          file.path(), entry.localHeader(), subject + " has no header where it must be");
    }
    long start = nameAt + nameBytes + u16(local, 28);
    return new Content(file.slice(start, entry.packedBytes(), subject), start);
  }

  /**
   * A copy of the record with this name, which may be compressed, as PyTorch does with texts.
   *
   * @param most bytes that it may have
   */
  Content unpacked(String name, long most) throws FormatException {
    Entry entry = Objects.requireNonNull(entries.get(name), name);
    String subject = "zip record " + Text.quote(name);
    if (entry.bytes() > most) {
      throw new FormatException(
          file.path(), entry.at(), subject + " has " + entry.bytes() + " bytes, more than " + most);
    }
    if (entry.method() == STORED) {
      return content(name, entry);
    }
    Content packed = packed(name, entry);
    if (entry.method() != DEFLATED) {
      throw new FormatException(
          file.path(), entry.at(), subject + " is compressed by method " + entry.method());
    }
    if (entry.packedBytes() > entry.bytes() + MOST_GROWTH) {
      throw new FormatException(
          file.path(), entry.at(), subject + " takes more bytes packed than unpacked");
    }
    byte[] bytes = new byte[(int) entry.bytes()];
    var inflater = new Inflater(true);
    try {
      inflater.setInput(packed.bytes().toArray(ValueLayout.JAVA_BYTE));
      int count = inflater.inflate(bytes);
      if (count != bytes.length || (count > 0 && !inflater.finished() && moreThan(inflater))) {
        throw new FormatException(
            file.path(), packed.offset(), subject + " does not unpack to the bytes it says");
      }
    } catch (DataFormatException e) {
      throw new FormatException(
          file.path(), packed.offset(), subject + " does not unpack: " + Text.message(e), e);
    } finally {
      inflater.end();
    }
    return new Content(MemorySegment.ofArray(bytes).asReadOnly(), packed.offset());
  }

  private static boolean moreThan(Inflater inflater) throws DataFormatException {
    return inflater.inflate(new byte[1]) > 0;
  }

  private static int u16(MemorySegment bytes, long at) {
    return bytes.get(LittleEndian.SHORT, at) & 0xffff;
  }

  private static long u32(MemorySegment bytes, long at) {
    return Integer.toUnsignedLong(bytes.get(LittleEndian.INT, at));
  }
}
