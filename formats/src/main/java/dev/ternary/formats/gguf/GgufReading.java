package dev.ternary.formats.gguf;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of a GGUF file one after the other: finds the tensors and checks their places.
 */
final class GgufReading {

  private static final String SPLIT_COUNT = "split.count";
  private static final String SPLIT_TENSORS = "split.tensors.count";
  private static final String ROTATED = "prism.hadamard.version";
  private static final String ROTATED_NAMES = "prism.hadamard.weight_names";
  private static final String ROTATED_INVERSE = "prism.hadamard.inverse_weight_names";

  /** A row is decoded from an array, with its scale. */
  private static final int MOST_ROW_BYTES = 1 << 30;

  private @Nullable GgufHeader first;
  private final List<StoredTensor> tensors = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> rotated = new HashSet<>();

  GgufHeader first() {
    if (first == null) {
      throw new IllegalStateException("no part has been read");
    }
    return first;
  }

  List<StoredTensor> tensors() {
    return tensors;
  }

  List<String> notes() {
    return notes;
  }

  /**
   * Checks that all parts were read.
   *
   * @param parts how many there are
   */
  void finish(MappedFile file, int parts) throws FormatException {
    if (first().values().get(SPLIT_COUNT) instanceof GgufValue.Int(long count)
        && count != Math.max(parts, 1)
        && count > 0) {
      throw new FormatException(
          file.path(),
          0,
          "the model is split into "
              + count
              + " parts, of which this is "
              + (parts == 1 ? "one" : parts)
              + String.format(
                  Locale.ROOT,
                  "; keep the parts together, named NAME-00001-of-%05d.gguf and so on",
                  count));
    }
    if (first().values().get(SPLIT_TENSORS) instanceof GgufValue.Int(long count)
        && count != tensors.size()) {
      throw new FormatException(
          file.path(),
          0,
          "the parts should have " + count + " tensors together, found " + tensors.size());
    }
  }

  /** The next part. */
  void add(MappedFile file) throws FormatException {
    GgufHeader header = GgufHeader.read(file);
    if (first == null) {
      first = header;
      addRotated(header);
    }
    Map<String, Long> sizes = sizes(file, header);
    boolean old = hasOldQ2(header, sizes);
    for (GgufHeader.Entry entry : header.tensors()) {
      if (!names.add(entry.name())) {
        throw error(file, entry, "is there twice");
      }
      tensors.add(
          tensor(file, header, entry, type(entry, old), sizes.getOrDefault(entry.name(), 0L)));
    }
  }

  /** What a file of a rotated model says of itself (PrismML's Bonsai 2). */
  private void addRotated(GgufHeader header) {
    if (!header.values().containsKey(ROTATED)) {
      return;
    }
    for (String key : List.of(ROTATED_NAMES, ROTATED_INVERSE)) {
      if (header.values().get(key) instanceof GgufValue.Texts(var listed)) {
        rotated.addAll(listed);
      }
    }
    notes.add(
        rotated.size()
            + " tensors are Hadamard-rotated ("
            + ROTATED
            + "), which is not computed here; take the model without rotation");
  }

  /** The bytes from each tensor to the next, or to the end. */
  private static Map<String, Long> sizes(MappedFile file, GgufHeader header)
      throws FormatException {
    List<GgufHeader.Entry> order = new ArrayList<>(header.tensors());
    order.sort(Comparator.comparingLong(GgufHeader.Entry::offset));
    Map<String, Long> sizes = new HashMap<>();
    long end = Math.max(0, file.size() - header.data());
    for (int i = order.size() - 1; i >= 0; i--) {
      GgufHeader.Entry entry = order.get(i);
      if (entry.offset() < 0 || entry.offset() > end) {
        throw error(
            file,
            entry,
            "starts at byte "
                + Long.toUnsignedString(entry.offset())
                + " of the data, which has "
                + end
                + "; was the file cut short?");
      }
      sizes.put(entry.name(), end - entry.offset());
      end = entry.offset();
    }
    return sizes;
  }

  private StoredTensor tensor(
      MappedFile file, GgufHeader header, GgufHeader.Entry entry, GgmlType type, long room)
      throws FormatException {
    Shape shape = entry.shape();
    long cols = shape.rank() == 0 ? 1 : shape.dim(shape.rank() - 1);
    long offset = header.data() + entry.offset();
    if (type.dtype().isPresent()) {
      DType dtype = type.dtype().get();
      long bytes = require(file, entry, type, shape.byteSize(dtype), room);
      return StoredTensor.of(
          entry.name(), new Tensor(dtype, shape, file.slice(offset, bytes, entry.name())));
    }
    if (type.codec().isEmpty()) {
      return opaque(file, entry, type, shape, file.slice(offset, room, entry.name()));
    }
    RowCodec codec = type.codec().get();
    if (cols % codec.blockWeights() != 0) {
      throw error(
          file,
          entry,
          "of type "
              + type.name()
              + " has rows of "
              + cols
              + " weights, which are no whole blocks of "
              + codec.blockWeights());
    }
    if (codec.rowBytes(cols) > MOST_ROW_BYTES) {
      throw error(file, entry, "has rows of " + cols + " weights, more than are decoded at once");
    }
    long wanted = codec.bytes(shape.elements() / cols, cols);
    MemorySegment bytes =
        file.slice(offset, require(file, entry, type, wanted, room), entry.name());
    if (rotated.contains(entry.name())) {
      return opaque(file, entry, type, shape, bytes);
    }
    return new GgufTensor(
        file.path(), offset, entry.name(), type.name(), shape, bytes.asReadOnly(), codec);
  }

  private StoredTensor opaque(
      MappedFile file, GgufHeader.Entry entry, GgmlType type, Shape shape, MemorySegment bytes) {
    String reason =
        rotated.contains(entry.name())
            ? "is Hadamard-rotated (" + ROTATED + "); take the model without rotation"
            : "is of type " + type.refusal();
    return StoredTensor.opaque(entry.name(), type.name(), shape, bytes, error(file, entry, reason));
  }

  private static GgmlType type(GgufHeader.Entry entry, boolean oldQ2) {
    return oldQ2 && entry.type() == GgmlType.Q2_0 ? GgmlType.OLD_Q2_0 : GgmlType.of(entry.type());
  }

  /** The old and the new form of {@code Q2_0} share a number; the new one does not fit there. */
  private static boolean hasOldQ2(GgufHeader header, Map<String, Long> sizes) {
    RowCodec now = GgmlType.of(GgmlType.Q2_0).codec().orElseThrow();
    for (GgufHeader.Entry entry : header.tensors()) {
      if (entry.type() == GgmlType.Q2_0
          && now.rowBytes(entry.shape().elements()) > sizes.getOrDefault(entry.name(), 0L)) {
        return true;
      }
    }
    return false;
  }

  private static long require(
      MappedFile file, GgufHeader.Entry entry, GgmlType type, long bytes, long room)
      throws FormatException {
    if (bytes > room) {
      throw error(
          file,
          entry,
          "of type "
              + type.name()
              + " takes "
              + bytes
              + " bytes, but there are "
              + room
              + " to the next tensor or the end");
    }
    return bytes;
  }

  private static FormatException error(MappedFile file, GgufHeader.Entry entry, String what) {
    return new FormatException(
        file.path(), entry.at(), "tensor " + Text.quote(entry.name()) + " " + what);
  }
}
