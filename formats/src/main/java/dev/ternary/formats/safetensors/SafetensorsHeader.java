package dev.ternary.formats.safetensors;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.JsonReader;
import dev.ternary.tensor.LittleEndian;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a safetensors file says it holds, checked against the file's size: every tensor lies inside
 * the file, none overlap, and no byte belongs to no tensor. Tensors may have element types that
 * {@link SafetensorsFile} cannot read.
 *
 * @param entries the tensors in the order of their data
 * @param metadata the texts under {@code __metadata__}, in the file's order
 * @param dataOffset offset in the file of the first tensor's data
 */
public record SafetensorsHeader(
    List<Entry> entries, Map<String, String> metadata, long dataOffset) {

  /** The largest header that the format allows, in bytes. */
  static final long MAX_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  /** Bits of an element of every type of the format (safetensors 0.7, {@code tensor.rs}). */
  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("BOOL", 8),
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("C64", 64),
          Map.entry("F64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64));

  /**
   * One tensor.
   *
   * @param name its name
   * @param dtype element type as the file spells it
   * @param shape dimensions
   * @param offset offset in the file of its first byte
   * @param bytes number of bytes
   * @param headerOffset offset in the file of its entry in the header
   */
  public record Entry(
      String name, String dtype, Shape shape, long offset, long bytes, long headerOffset) {}

  /** Makes the collections unmodifiable, keeping their order. */
  public SafetensorsHeader {
    entries = List.copyOf(entries);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Reads and checks the header of a file.
   *
   * @throws FormatException if the file is no valid safetensors file
   */
  public static SafetensorsHeader read(Path path) throws IOException {
    try (MappedFile file = MappedFile.open(path)) {
      SafetensorsHeader header = readAny(file);
      header.requireKnown(path);
      return header;
    }
  }

  /** Whether the format has an element type of this name. */
  public static boolean knows(String dtype) {
    return BITS.containsKey(dtype);
  }

  /** Refuses an element type that the format has not. */
  void requireKnown(Path path) throws FormatException {
    for (Entry entry : entries()) {
      if (!knows(entry.dtype())) {
        throw new FormatException(
            path,
            entry.headerOffset(),
            "tensor "
                + Text.quote(entry.name())
                + " has the unknown dtype "
                + Text.quote(entry.dtype()));
      }
    }
  }

  /** As {@link #read}, also where the type of an element is none that is known. */
  static SafetensorsHeader readAny(MappedFile file) throws IOException {
    Path path = file.path();
    byte[] start =
        file.bytes()
            .asSlice(0, Math.min(FileKind.START_BYTES, file.size()))
            .toArray(ValueLayout.JAVA_BYTE);
    FileKind kind = FileKind.of(start);
    if (kind != FileKind.SAFETENSORS && kind != FileKind.UNKNOWN) {
      throw new FormatException(path, 0, "this is " + kind.phrase() + ", not a safetensors file");
    }
    long length =
        file.slice(0, 8, "the length of the safetensors header").get(LittleEndian.LONG, 0);
    if (length < 2 || length > MAX_BYTES) {
      throw new FormatException(
          path,
          0,
          "this is no safetensors file: the header would take "
              + Long.toUnsignedString(length)
              + " bytes, expected 2 to "
              + MAX_BYTES);
    }
    byte[] json = file.slice(8, length, "the header").toArray(ValueLayout.JAVA_BYTE);
    if (json[0] != '{') {
      throw new FormatException(
          path, 8, "this is no safetensors file: the header does not start with '{'");
    }
    long dataOffset = 8 + length;
    var entries = new ArrayList<Entry>();
    var metadata = new LinkedHashMap<String, String>();
    try (var header = new JsonReader(path, 8, "the header", json)) {
      header.startObject("the header");
      while (header.nextField()) {
        if (header.fieldName().equals(METADATA)) {
          readMetadata(header, metadata);
        } else {
          entries.add(readEntry(header, header.fieldName(), dataOffset));
        }
      }
      header.end();
    }
    entries.sort(
        Comparator.comparingLong(Entry::offset).thenComparingLong(e -> e.offset() + e.bytes()));
    requireContiguous(file, entries, dataOffset);
    return new SafetensorsHeader(entries, metadata, dataOffset);
  }

  private static void readMetadata(JsonReader header, Map<String, String> into)
      throws FormatException {
    // Some writers put null for none, which the reference reads (safetensors 0.8).
    boolean some = header.startObjectUnlessNull(METADATA);
    while (some && header.nextField()) {
      String key = header.fieldName();
      into.put(key, header.string(METADATA + " " + Text.quote(key)));
    }
  }

  private static Entry readEntry(JsonReader header, String name, long dataOffset)
      throws FormatException {
    String subject = "tensor " + Text.quote(name);
    long headerOffset = header.offset();
    header.startObject(subject);
    Optional<String> dtype = Optional.empty();
    Optional<long[]> shape = Optional.empty();
    Optional<long[]> offsets = Optional.empty();
    while (header.nextField()) {
      switch (header.fieldName()) {
        case "dtype" -> dtype = Optional.of(header.string("dtype of " + subject));
        case "shape" -> shape = Optional.of(header.sizes("shape of " + subject));
        case "data_offsets" -> offsets = Optional.of(header.sizes("data_offsets of " + subject));
        default -> header.skip(); // as the reference reader does
      }
    }
    if (dtype.isEmpty() || shape.isEmpty() || offsets.isEmpty()) {
      throw header.error(subject + " needs dtype, shape and data_offsets");
    }
    return entry(header, name, dtype.get(), shape.get(), offsets.get(), headerOffset, dataOffset);
  }

  private static Entry entry(
      JsonReader header,
      String name,
      String dtype,
      long[] dims,
      long[] offsets,
      long headerOffset,
      long dataOffset)
      throws FormatException {
    String subject = "tensor " + Text.quote(name);
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw header.error(
          subject + " needs data_offsets [begin, end], got " + Shape.of(offsets.clone()));
    }
    Shape shape;
    try {
      shape = Shape.of(dims);
    } catch (IllegalArgumentException e) {
      throw header.error(subject + " is too large: " + e.getMessage());
    }
    long bytes = offsets[1] - offsets[0];
    Integer bits = BITS.get(dtype);
    if (bits != null) {
      requireSize(header, subject, dtype, shape, bits, bytes);
    }
    if (offsets[1] > Long.MAX_VALUE - dataOffset) {
      throw header.error(subject + " ends at " + offsets[1] + ", far behind the end of the file");
    }
    return new Entry(name, dtype, shape, dataOffset + offsets[0], bytes, headerOffset);
  }

  private static void requireSize(
      JsonReader header, String subject, String dtype, Shape shape, int bits, long bytes)
      throws FormatException {
    long allBits;
    try {
      allBits = Math.multiplyExact(shape.elements(), bits);
    } catch (ArithmeticException e) {
      throw header.error(subject + " is too large: " + e.getMessage());
    }
    if (allBits % 8 != 0 || allBits / 8 != bytes) {
      throw header.error(
          subject
              + ": "
              + dtype
              + " "
              + shape
              + " takes "
              + allBits / 8
              + (allBits % 8 == 0 ? "" : " and a fraction")
              + " bytes, but data_offsets give it "
              + bytes);
    }
  }

  private static void requireContiguous(MappedFile file, List<Entry> entries, long dataOffset)
      throws FormatException {
    long at = dataOffset;
    String before = "the header";
    for (Entry entry : entries) {
      String subject = "tensor " + Text.quote(entry.name());
      if (entry.offset() != at) {
        throw new FormatException(
            file.path(),
            entry.headerOffset(),
            entry.offset() < at
                ? subject + " overlaps " + before + " by " + (at - entry.offset()) + " bytes"
                : (entry.offset() - at)
                    + " bytes between "
                    + before
                    + " and "
                    + subject
                    + " belong to no tensor");
      }
      if (entry.bytes() > file.size() - at) {
        throw new FormatException(
            file.path(),
            entry.headerOffset(),
            subject
                + " ends at byte "
                + (at + entry.bytes())
                + ", but the file has only "
                + file.size()
                + " bytes; was it cut short?");
      }
      at += entry.bytes();
      before = subject;
    }
    if (at != file.size()) {
      throw new FormatException(
          file.path(), at, (file.size() - at) + " bytes after " + before + " belong to no tensor");
    }
  }
}
