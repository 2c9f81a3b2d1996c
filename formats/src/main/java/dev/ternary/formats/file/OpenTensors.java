package dev.ternary.formats.file;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors of an open file of whatever kind. */
public final class OpenTensors implements TensorFile {

  private final Path path;
  private final FileKind kind;
  private final Map<String, String> metadata;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Runnable closing;
  private final List<String> notes;
  private volatile boolean closed;

  /**
   * An open file.
   *
   * @param tensors all of its tensors, in its order
   * @param closing gives back what they are views of
   */
  public OpenTensors(
      Path path,
      FileKind kind,
      Map<String, String> metadata,
      Collection<StoredTensor> tensors,
      Runnable closing) {
    this(path, kind, metadata, tensors, closing, List.of());
  }

  /**
   * An open file.
   *
   * @param notes what a person should know of how it was read
   */
  public OpenTensors(
      Path path,
      FileKind kind,
      Map<String, String> metadata,
      Collection<StoredTensor> tensors,
      Runnable closing,
      List<String> notes) {
    this.notes = List.copyOf(notes);
    this.path = path;
    this.kind = kind;
    this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    this.closing = closing;
    tensors.forEach(tensor -> this.tensors.put(tensor.name(), tensor));
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public FileKind kind() {
    return kind;
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  @Override
  public StoredTensor tensor(String name) {
    if (closed) {
      throw new IllegalStateException(path + " is closed");
    }
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          path
              + " has no tensor "
              + Text.quote(name)
              + "; the nearest of its "
              + tensors.size()
              + " names: "
              + Text.near(name, tensors.keySet()));
    }
    return tensor;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      closing.run();
    }
  }
}
