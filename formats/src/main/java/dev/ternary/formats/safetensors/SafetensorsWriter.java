package dev.ternary.formats.safetensors;

import dev.ternary.formats.AtomicFile;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.file.Segments;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.JsonWriter;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes safetensors files, at once or tensor by tensor. The same tensors and metadata give the
 * same bytes, in whatever order they are written, and where the metadata has one key at most, those
 * of the reference implementation: wide element types first, then by name, so that every tensor is
 * aligned. Different tensors may be written by different threads.
 */
public final class SafetensorsWriter implements AutoCloseable {

  /** Element types in the order of the reference, which writes the last first. */
  private static final List<String> ORDER =
      List.of(
          "BOOL",
          "F4",
          "F6_E2M3",
          "F6_E3M2",
          "U8",
          "I8",
          "F8_E5M2",
          "F8_E4M3",
          "F8_E8M0",
          "F8_E4M3FNUZ",
          "F8_E5M2FNUZ",
          "I16",
          "U16",
          "F16",
          "BF16",
          "I32",
          "U32",
          "F32",
          "C64",
          "F64",
          "I64",
          "U64");

  /**
   * A tensor to come.
   *
   * @param dtype element type as the format spells it
   * @param shape dimensions
   * @param bytes number of bytes
   */
  public record Entry(String dtype, Shape shape, long bytes) {

    /** One of a type that this program knows. */
    public static Entry of(DType dtype, Shape shape) {
      return new Entry(dtype.name(), shape, shape.byteSize(dtype));
    }
  }

  private record Slot(String name, Entry entry, long offset) {}

  private final AtomicFile.Open file;
  private final Map<String, Slot> slots = new HashMap<>();
  private final Set<String> written = new HashSet<>();

  private SafetensorsWriter(AtomicFile.Open file, Collection<Slot> slots, long dataOffset) {
    this.file = file;
    for (Slot slot : slots) {
      this.slots.put(slot.name(), new Slot(slot.name(), slot.entry(), dataOffset + slot.offset()));
    }
  }

  /**
   * Writes a file whole or not at all.
   *
   * @param path the file
   * @param tensors the tensors by name
   * @param metadata texts to put under {@code __metadata__}; {@code format: pt} is added where no
   *     {@code format} is given, because readers refuse files without it
   * @param ifExists what to do when the file exists
   * @throws IllegalArgumentException if a tensor is called {@code __metadata__} or the header would
   *     be larger than the format allows
   * @throws IOException if the file cannot be written; the message says why
   */
  public static void write(
      Path path, Map<String, Tensor> tensors, Map<String, String> metadata, IfExists ifExists)
      throws IOException {
    var entries = new TreeMap<String, Entry>();
    tensors.forEach((name, t) -> entries.put(name, Entry.of(t.dtype(), t.shape())));
    try (SafetensorsWriter out = create(path, entries, metadata, ifExists)) {
      for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
        out.write(tensor.getKey(), tensor.getValue().data());
      }
      out.finish();
    }
  }

  /**
   * Begins a file whose tensors come one by one. It has its name once {@link #finish} returns;
   * closed before, it never was.
   *
   * @param entries all tensors by name
   * @param metadata as for {@link #write(Path, Map, Map, IfExists)}
   * @throws IllegalArgumentException if a tensor is called {@code __metadata__} or the header would
   *     be larger than the format allows
   * @throws IOException if the file cannot be written; the message says why
   */
  @SuppressWarnings("MustBeClosedChecker") // closed by close(), or here where the header fails
  public static SafetensorsWriter create(
      Path path, Map<String, Entry> entries, Map<String, String> metadata, IfExists ifExists)
      throws IOException {
    if (entries.containsKey(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException(
          "a tensor must not be called " + SafetensorsHeader.METADATA);
    }
    var texts = new TreeMap<String, String>(metadata);
    texts.putIfAbsent("format", "pt");
    List<Slot> slots = slots(entries);
    ByteBuffer header = header(slots, texts);
    int dataOffset = header.remaining();
    AtomicFile.Open file = AtomicFile.open(path, ifExists);
    boolean begun = false;
    try {
      Segments.write(MemorySegment.ofBuffer(header), file.channel(), 0);
      begun = true;
      return new SafetensorsWriter(file, slots, dataOffset);
    } catch (IOException e) {
      throw file.failed(e);
    } finally {
      if (!begun) {
        file.close();
      }
    }
  }

  /** The tensors in the order of the reference; types that it does not order come last. */
  private static List<Slot> slots(Map<String, Entry> entries) {
    List<Map.Entry<String, Entry>> sorted =
        entries.entrySet().stream()
            .sorted(
                Comparator.comparingInt(
                        (Map.Entry<String, Entry> e) -> -ORDER.indexOf(e.getValue().dtype()))
                    .thenComparing(Map.Entry::getKey))
            .toList();
    var slots = new ArrayList<Slot>();
    long at = 0;
    for (Map.Entry<String, Entry> entry : sorted) {
      slots.add(new Slot(entry.getKey(), entry.getValue(), at));
      at = Math.addExact(at, entry.getValue().bytes());
    }
    return slots;
  }

  /**
   * Writes the bytes of a tensor.
   *
   * @throws IllegalArgumentException if there is no such entry, it was written already, or has
   *     another number of bytes
   * @throws IOException if they cannot be written; the message says why
   */
  public void write(String name, MemorySegment bytes) throws IOException {
    Slot slot = slots.get(name);
    if (slot == null || slot.entry().bytes() != bytes.byteSize()) {
      throw new IllegalArgumentException(
          "tensor "
              + Text.quote(name)
              + " was to have "
              + (slot == null ? "no" : slot.entry().bytes())
              + " bytes, got "
              + bytes.byteSize());
    }
    synchronized (written) {
      if (!written.add(name)) {
        throw new IllegalArgumentException("tensor " + Text.quote(name) + " was written already");
      }
    }
    try {
      Segments.write(bytes, file.channel(), slot.offset());
    } catch (IOException e) {
      throw file.failed(e);
    }
  }

  /**
   * Gives the file its name.
   *
   * @throws IllegalStateException if a tensor is missing
   * @throws IOException if it cannot be done; the message says why
   */
  public void finish() throws IOException {
    for (String name : slots.keySet()) {
      if (!written.contains(name)) {
        throw new IllegalStateException("tensor " + Text.quote(name) + " was not written");
      }
    }
    file.commit();
  }

  /** Removes a file that was not finished. */
  @Override
  public void close() throws IOException {
    file.close();
  }

  private static ByteBuffer header(List<Slot> slots, Map<String, String> metadata) {
    JsonWriter to = JsonWriter.compact().object().object(SafetensorsHeader.METADATA);
    metadata.forEach(to::put);
    to.end();
    for (Slot slot : slots) {
      to.object(slot.name())
          .put("dtype", slot.entry().dtype())
          .put("shape", slot.entry().shape().toArray())
          .put("data_offsets", slot.offset(), slot.offset() + slot.entry().bytes())
          .end();
    }
    byte[] json = to.end().toString().getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(json.length, 8) * 8;
    if (length > SafetensorsHeader.MAX_BYTES) {
      throw new IllegalArgumentException(
          "the header takes "
              + length
              + " bytes, more than the format's "
              + SafetensorsHeader.MAX_BYTES);
    }
    ByteBuffer header = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }
}
