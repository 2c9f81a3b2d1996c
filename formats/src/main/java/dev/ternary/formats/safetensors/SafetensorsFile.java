package dev.ternary.formats.safetensors;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.file.MappedFile;
import dev.ternary.formats.file.Text;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file, mapped into memory. Its tensors are views of the mapping, which this object
 * owns: they must not be used after {@link #close}. Safe to share between threads.
 *
 * <p>Element types that {@link DType} lacks (such as U16 or F8_E4M3) make {@link #open} fail, so
 * that no tensor goes missing unnoticed; {@link #openAll} opens such files too.
 *
 * <p>If another process shortens the file while it is open, reading a tensor throws {@link
 * InternalError}: that is how the JVM reports a fault in mapped memory.
 */
public final class SafetensorsFile implements AutoCloseable {

  private final MappedFile file;
  private final SafetensorsHeader header;
  private final Map<String, Tensor> tensors;
  private final List<StoredTensor> stored;
  private volatile boolean closed;

  private SafetensorsFile(
      MappedFile file,
      SafetensorsHeader header,
      Map<String, Tensor> tensors,
      List<StoredTensor> stored) {
    this.file = file;
    this.stored = List.copyOf(stored);
    this.header = header;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Maps a file and checks its whole header.
   *
   * @throws FormatException if it is no valid safetensors file or has an element type that is not
   *     supported
   * @throws IOException if it cannot be read
   */
  public static SafetensorsFile open(Path path) throws IOException {
    SafetensorsFile file = openAll(path);
    boolean opened = false;
    try {
      file.header.requireKnown(path);
      for (StoredTensor stored : file.stored) {
        stored.toTensor();
      }
      opened = true;
      return file;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /**
   * Maps a file and checks its whole header. Tensors of element types that {@link DType} lacks are
   * among {@link #stored}, but not among {@link #tensors}.
   *
   * @throws FormatException if it is no valid safetensors file
   * @throws IOException if it cannot be read
   */
  public static SafetensorsFile openAll(Path path) throws IOException {
    MappedFile file = MappedFile.open(path);
    boolean opened = false;
    try {
      SafetensorsHeader header = SafetensorsHeader.readAny(file);
      var tensors = new LinkedHashMap<String, Tensor>();
      var stored = new ArrayList<StoredTensor>();
      for (SafetensorsHeader.Entry entry : header.entries()) {
        StoredTensor tensor = view(file, entry);
        stored.add(tensor);
        if (tensor.dtype().isPresent()) {
          tensors.put(entry.name(), tensor.toTensor());
        }
      }
      var safetensors = new SafetensorsFile(file, header, tensors, stored);
      opened = true;
      return safetensors;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static StoredTensor view(MappedFile file, SafetensorsHeader.Entry entry)
      throws FormatException {
    MemorySegment bytes = file.slice(entry.offset(), entry.bytes(), entry.name());
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(entry.dtype())) {
        return StoredTensor.of(entry.name(), new Tensor(dtype, entry.shape(), bytes));
      }
    }
    var refusal =
        new FormatException(
            file.path(),
            entry.headerOffset(),
            "tensor "
                + Text.quote(entry.name())
                + " has dtype "
                + entry.dtype()
                + ", which is not supported; convert it to one of "
                + List.of(DType.values()));
    return StoredTensor.opaque(entry.name(), entry.dtype(), entry.shape(), bytes, refusal);
  }

  /** All tensors in the order of their data in the file; unmodifiable. */
  public List<StoredTensor> stored() {
    requireOpen();
    return stored;
  }

  /** The file as it was named to {@link #open}. */
  public Path path() {
    return file.path();
  }

  /** The header that {@link #open} read. */
  public SafetensorsHeader header() {
    return header;
  }

  /** The texts under {@code __metadata__}, in the file's order; unmodifiable. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** All tensors by name, in the order of their data in the file; unmodifiable. */
  public Map<String, Tensor> tensors() {
    requireOpen();
    return tensors;
  }

  /**
   * The tensor with this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the nearest names
   */
  public Tensor tensor(String name) {
    requireOpen();
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          file.path()
              + " has no tensor "
              + Text.quote(name)
              + "; the nearest of its "
              + tensors.size()
              + " names: "
              + Text.near(name, tensors.keySet()));
    }
    return tensor;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(file.path() + " is closed");
    }
  }

  /** Unmaps the file; its tensors cannot be read any more. Does nothing when called again. */
  @Override
  public void close() {
    closed = true;
    file.close();
  }
}
